"""What browsers may do with an answer: load, frame, share, keep. The same for every answer, by what kind it is.

Nobody keeps an answer unless its view says so: those that do are static files, and the two polled lists, which browsers
ask about each time (core/etag.py).
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# No 'unsafe-inline', for styles neither: pages hold no script and no style of their own. Swagger UI and the console
# draw some icons from data: addresses, which cannot run anything.
PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DATA = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
FEATURES = (
    "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
    "microphone", "midi", "payment", "usb",
)  # fmt: skip
FIXED = {
    "Permissions-Policy": ", ".join(f"{name}=()" for name in FEATURES),
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class HeadersMiddleware:
    """Outside of what may answer by itself (CORS, static files, the redirect to https): their answers have them too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        page = response.get("Content-Type", "").startswith("text/html")
        response.setdefault("Content-Security-Policy", PAGE if page else DATA)
        response.setdefault("Cache-Control", "no-store")
        for name, value in FIXED.items():
            response.setdefault(name, value)
        return response
