"""The markup of the signing page and of the notices in its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from markupsafe import Markup

from tests.standin.clock import IST
from tests.standin.errcodes import GROUPS, message
from tests.standin.pages import framed
from tests.standin.preview import Sheet
from tests.standin.state import Request, Signer

BASE = "/signature/"
PREVIEW = BASE + "preview"
PAGES_SHOWN = 200
BADGES = {"good": "\u2713", "busy": "\u2026", "bad": "!"}
HEADER = Markup(
    '<header class="bar"><span class="brand"><img src="/signature/icon.svg" alt="" width="28" height="28">'
    "eSign <small>stand-in</small></span>{who}</header>"
)


@dataclass(frozen=True)
class Attempt:
    """What the page has to know beside request and signer. problem: why the last click was of no use."""

    asked_by: str
    otp: str
    ends: float
    sheets: Sequence[Sheet]
    compares_names: bool
    problem: str = ""


def sign_page(request: Request, signer: Signer, attempt: Attempt) -> str:
    """The document, who asks and why, and the form with which a signer signs, declines or fails."""
    body = Markup(
        '{header}<main class="signing"><section class="intro"><h1>{name}</h1>'
        "<p><strong>{asked_by}</strong> asks you to sign this document.{reason}</p>{last}</section>"
        '<section class="document" aria-label="The document">{pages}'
        '<a class="jump" href="#sign">Go to signing</a></section>'
        '<section class="panel" id="sign" aria-label="Signing">{facts}{form}</section>'
        "</main>"
    ).format(
        header=HEADER.format(who=Markup('<span class="who">{}</span>').format(signer.display_name)),
        name=request.document_name,
        asked_by=attempt.asked_by,
        reason=Markup(" Reason: <q>{}</q>").format(request.reason) if request.reason else "",
        last=_last_attempt(signer),
        pages=_pages(request, signer, attempt.sheets),
        facts=_facts(request, signer, attempt),
        form=_form(request, signer, attempt),
    )
    return framed(f"Sign {request.document_name}", body, base=BASE, kind="sign-page")


def notice_page(
    title: str, paragraphs: Sequence[str], *, kind: str = "", link: tuple[str, str] | None = None
) -> str:
    """A page that only says something. kind: good, busy or bad. link: address and words of what to do next."""
    said = Markup("").join(Markup("<p>{}</p>").format(text) for text in paragraphs)
    action = Markup('<p><a class="button go" href="{}">{}</a></p>').format(*link) if link else ""
    body = Markup(
        '{}<main class="notice"><div class="card"><div class="badge {}" aria-hidden="true">{}</div>'
        "<h1>{}</h1>{}{}</div></main>"
    ).format(HEADER.format(who=""), kind, BADGES.get(kind, "i"), title, said, action)
    return framed(title, body, base=BASE, kind="notice-page")


def repeat_page(url: str) -> str:
    """Calls the way back once for a picture, and then goes there."""
    body = Markup(
        '{}<main class="notice"><div class="card"><h1>One moment</h1><p>You are being sent back, twice.</p>'
        '<p><a class="button go" href="{url}">Go on</a></p><img class="hidden" src="{url}" alt=""></div></main>'
    ).format(HEADER.format(who=""), url=url)
    head = Markup('<meta http-equiv="refresh" content="1; url={}">').format(url)
    return framed("One moment", body, base=BASE, kind="notice-page", head=head)


def clock_words(posix: float) -> str:
    return datetime.fromtimestamp(posix, IST).strftime("%H:%M")


def _last_attempt(signer: Signer) -> Markup:
    if not signer.err_code:
        return Markup("")
    return Markup('<p class="hint">Your last attempt ended: {}</p>').format(message(signer.err_code))


def _pages(request: Request, signer: Signer, sheets: Sequence[Sheet]) -> Markup:
    if not sheets:
        return Markup('<p class="card">The pages of this document cannot be shown here.</p>')
    figures = [_page(request, signer, sheet, len(sheets)) for sheet in sheets[:PAGES_SHOWN]]
    if len(sheets) > PAGES_SHOWN:
        more = Markup('<p class="card">Pages {} to {} are not shown.</p>')
        figures.append(more.format(PAGES_SHOWN + 1, len(sheets)))
    return Markup("").join(figures)


def _page(request: Request, signer: Signer, sheet: Sheet, count: int) -> Markup:
    query = urlencode({"requestId": request.id, "signerId": signer.id, "page": sheet.number})
    spots = Markup("").join(
        Markup(
            '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="3"/>'
            '<text x="{:.1f}" y="{:.1f}" font-size="{:.1f}">{}</text>'
        ).format(*spot, spot[0] + spot[2] / 2, spot[1] + spot[3] / 2, _text_size(spot), "Your signature")
        for spot in sheet.spots
    )
    return Markup(
        '<figure id="page-{number}"><div class="sheet"><img src="{base}page.png?{query}" width="{w}" height="{h}" '
        'loading="lazy" decoding="async" alt="Page {number} of {count} of {name}">{svg}</div>'
        '<figcaption>Page {number} of {count}{here} · <a href="{base}page.png?{query}" target="_blank" '
        'rel="noopener">Enlarge<span class="unseen"> page {number}, in a new tab</span></a></figcaption></figure>'
    ).format(
        number=sheet.number,
        base=BASE,
        query=query,
        w=round(sheet.width),
        h=round(sheet.height),
        count=count,
        name=request.document_name,
        svg=_overlay(sheet, spots) if spots else "",
        here=Markup(" · <strong>your signature goes here</strong>") if spots else "",
    )


def _overlay(sheet: Sheet, spots: Markup) -> Markup:
    return Markup('<svg class="spots" viewBox="0 0 {:.1f} {:.1f}" aria-hidden="true">{}</svg>').format(
        sheet.width, sheet.height, spots
    )


def _text_size(spot: tuple[float, float, float, float]) -> float:
    return min(spot[2] / 8, spot[3] * 0.5, 16)


def _facts(request: Request, signer: Signer, attempt: Attempt) -> Markup:
    places = [f"page {page}" for page in dict.fromkeys(int(box[0]) for box in signer.boxes)] or [
        f"page {page}, {signer.position.replace('-', ' ')}" for page in signer.pages
    ]
    links = [
        Markup('<a href="#page-{}">{}</a>').format(page, place)
        for page, place in zip(dict.fromkeys(signer.pages), places, strict=False)
    ]
    others = len(request.signers)
    progress = f"{request.signed} of {others} people have signed" if others > 1 else "You are the only signer"
    return Markup(
        "<h2>Sign with Aadhaar</h2><dl><dt>You</dt><dd>{name}{optional}</dd><dt>Asked by</dt><dd>{asked_by}</dd>"
        "<dt>Your mark</dt><dd>{places}</dd><dt>So far</dt><dd>{progress}</dd>"
        "<dt>Session</dt><dd>open until {ends} (India)</dd></dl>"
    ).format(
        name=signer.display_name,
        optional=" (your signature is optional)" if signer.optional else "",
        asked_by=attempt.asked_by,
        places=Markup("; ").join(links),
        progress=progress,
        ends=clock_words(attempt.ends),
    )


def _form(request: Request, signer: Signer, attempt: Attempt) -> Markup:
    problem = attempt.problem and Markup('<p class="problem" role="alert" id="problem">{}</p>').format(
        attempt.problem
    )
    return Markup(
        '<form method="post" action="{action}">{problem}'
        '<input type="hidden" name="requestId" value="{request}">'
        '<input type="hidden" name="signerId" value="{signer}"><input type="hidden" name="form" value="page">'
        '<div class="message"><p>Rehearsal: what a real signer would get as a text message</p>'
        "<p><strong>{otp}</strong> is your one-time password.</p></div>"
        '<label for="otp">One-time password</label>'
        '<input id="otp" name="otp" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{{6}}" '
        'maxlength="6" required aria-describedby="{described}" placeholder="6 digits"{focus}>'
        '<p class="small" id="otp-help">Never enter a real Aadhaar number or password here: nothing needs one.</p>'
        '<p class="check"><input type="checkbox" id="consent" name="consent" value="yes" required>'
        '<label for="consent">I have read the document and agree to sign it electronically. A real provider would now '
        "ask UIDAI to confirm who I am and share my name, year of birth, gender and postcode.</label></p>"
        '<button class="go" name="action" value="sign">Sign document</button>'
        '<button class="no" name="action" value="decline" formnovalidate>Decline to sign</button>'
        "{rehearse}</form>"
    ).format(
        action=PREVIEW,
        problem=problem or "",
        request=request.id,
        signer=signer.id,
        otp=attempt.otp,
        focus=Markup(" autofocus") if problem else "",  # and so in sight, far below the pages
        described="problem otp-help" if problem else "otp-help",
        rehearse=_rehearse(attempt),
    )


def _rehearse(attempt: Attempt) -> Markup:
    groups = Markup("").join(
        Markup('<optgroup label="{}">{}</optgroup>').format(
            group,
            Markup("").join(
                Markup('<option value="{0}">{0}: {1}</option>').format(code, text)
                for code, text in codes.items()
            ),
        )
        for group, codes in GROUPS.items()
    )
    names = Markup(
        '<label for="aadhaarName">Name in Aadhaar (made up; empty: your own)</label>'
        '<input id="aadhaarName" name="aadhaarName" maxlength="200" autocomplete="off">'
        '<label for="aadhaarYear">Year of birth in Aadhaar (likewise)</label>'
        '<input id="aadhaarYear" name="aadhaarYear" pattern="[0-9]{4}" maxlength="4" inputmode="numeric" '
        'autocomplete="off">'
    )
    return Markup(
        '<details><summary>Rehearse something else</summary>{names}<label for="errCode">End the attempt with</label>'
        '<select id="errCode" name="errCode">{groups}</select>'
        '<button name="action" value="fail" formnovalidate>Fail with this code</button></details>'
    ).format(groups=groups, names=names if attempt.compares_names else "")
