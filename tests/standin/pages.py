"""The frame of every page, and how it is sent: no script, nothing from elsewhere. Markup escapes every value."""

from pathlib import Path

from markupsafe import Markup
from werkzeug.wrappers import Response

FLAG = "Setu stand-in: a rehearsal, no legal meaning"
STYLE = (Path(__file__).parent / "standin.css").read_bytes()
ICON = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1b4b72"/>'
    b'<path d="M7 21c5-11 8-12 9-8s-4 9-2 9 4-6 6-6 1 5 5 4" fill="none" stroke="#fff" stroke-width="2.4" '
    b'stroke-linecap="round"/></svg>'
)
FRAME = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="robots" content="noindex"><title>{title}</title>'
    '<link rel="icon" href="{base}icon.svg" type="image/svg+xml">'
    '<link rel="stylesheet" href="{base}standin.css">{head}</head>'
    '<body class="{kind}"><p class="flag">{flag}</p>{body}</body></html>'
)


def framed(title: str, body: Markup, *, base: str, kind: str = "", head: str = "") -> Markup:
    """A whole page. base: the path that style and icon are served under."""
    return FRAME.format(title=f"{title} · stand-in", body=body, base=base, kind=kind, head=head, flag=FLAG)


def html_response(
    page: str,
    status: int = 200,
    *,
    images: str = "'self'",
    forms: str = "'self' http: https:",
    referrer: str = "no-referrer",
) -> Response:
    """images: where pictures may come from. forms: where forms may lead.

    The signing page's forms may lead anywhere: browsers ask about every redirect after the form as well, and the
    signer's way back leads to the client's address and on to wherever the client sends them. referrer: without one,
    forms come with no Origin either.
    """
    policy = {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": images,
        "form-action": forms,
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "no-store",
        "Referrer-Policy": referrer,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    return Response(page, status=status, content_type="text/html; charset=utf-8", headers=headers)


def asset(name: str) -> Response | None:
    """The style or the icon, by the last part of its path."""
    kinds = {"standin.css": (STYLE, "text/css; charset=utf-8"), "icon.svg": (ICON, "image/svg+xml")}
    if name not in kinds:
        return None
    content, kind = kinds[name]
    headers = {"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
    return Response(content, content_type=kind, headers=headers)
