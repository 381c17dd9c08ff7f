"""The page behind a signer's link: opens the session, takes the decision, sends the browser back.

Stands for Setu's preview, the ESP's page and the result page in one.
"""

from urllib.parse import urlencode

from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from tests.standin import sessions
from tests.standin.core import Core
from tests.standin.errcodes import ERR_CODES
from tests.standin.errors import ApiError, ConnectionLost, SessionRefused
from tests.standin.pages import asset, html_response
from tests.standin.preview import NoPicture, Pictures, sheets
from tests.standin.returns import Way, origin, way_back
from tests.standin.sessions import Aadhaar
from tests.standin.sign_html import PREVIEW, Attempt, clock_words, notice_page, repeat_page, sign_page
from tests.standin.signatures import settle_quietly
from tests.standin.state import Request, Signer

PATH = "/signature/"
OTP = "123456"
MISSED = "exceeded_otp_attempt"
REFUSALS = {  # status, kind, title, text
    "document_already_signed": (
        200,
        "good",
        "You have already signed",
        "Your signature is in the document. Thank you, there is nothing left to do here.",
    ),
    "too_late": (
        200,
        "good",
        "The document is complete",
        "All required signatures are there; yours is not needed any more.",
    ),
    "someone_else_is_signing": (
        409,
        "busy",
        "Someone else is signing",
        "Another signer has this document open, and only one can sign at a time.",
    ),
    "document_not_found": (
        404,
        "bad",
        "This document is gone",
        "It was withdrawn by whoever asked for your signature, or the link is not complete. Please ask them.",
    ),
}


class SignerPage:
    """GET shows the form, POST ends the attempt; pictures of the pages and the style beside it."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._pictures = Pictures()

    def respond(self, http: HttpRequest) -> Response:
        name = http.path.removeprefix(PATH).strip("/")
        if name in ("preview", "page.png"):
            if http.method not in ("GET", "HEAD", *(("POST",) if name == "preview" else ())):
                return self._said(405, "bad", "Not possible", "This page can only be read or submitted.")
            return self._picture(http) if name == "page.png" else self._preview(http)
        return asset(name) or self._said(*REFUSALS["document_not_found"])

    def _preview(self, http: HttpRequest) -> Response:
        given = http.form if http.method == "POST" else http.args
        request_id, signer_id = given.get("requestId", ""), given.get("signerId", "")
        browser = {"userAgent": http.headers.get("User-Agent", "")[:500], "IP": http.remote_addr or ""}
        try:
            request, signer = sessions.find(self.core, request_id, signer_id)
            if http.method == "POST":
                if "session_stuck" in self.core.faults.take("page", request.id):
                    raise ConnectionLost("page")
                return self._submitted(http, request, signer, browser)
            if http.method == "GET":  # a HEAD, as link previews send, starts nothing
                sessions.open_session(self.core, request_id, signer_id, browser)
            return self._form(request, signer)
        except SessionRefused as refusal:
            return self._refused(refusal.code, request_id, signer_id)

    def _submitted(
        self, http: HttpRequest, request: Request, signer: Signer, browser: dict[str, str]
    ) -> Response:
        action, err_code = http.form.get("action"), http.form.get("errCode", "")
        if action not in ("sign", "decline", "fail") or (action == "fail" and err_code not in ERR_CODES):
            return self._form(request, signer, "Please choose one of the buttons.")
        if action == "sign" and http.form.get("form") and http.form.get("consent") != "yes":
            return self._form(request, signer, "Please tick that you agree to sign.")
        try:
            outcome: str | None
            if action == "sign" and http.form.get("otp", "").strip() != OTP:
                if left := sessions.wrong_otp(self.core, request.id, signer.id):
                    tries = "one try is" if left == 1 else f"{left} tries are"
                    return self._form(request, signer, f"That is not the one-time password; {tries} left.")
                outcome = MISSED
                sessions.fail(self.core, request.id, signer.id, outcome)
            elif action == "sign":
                outcome = sessions.sign(self.core, request.id, signer.id, browser, _aadhaar(http))
            else:
                outcome = sessions.DECLINED if action == "decline" else err_code
                sessions.fail(self.core, request.id, signer.id, outcome)
        except SessionRefused as refusal:
            if refusal.code != "session_expired":
                raise
            outcome = "session_expired"
        return self._sent_back(way_back(self.core, request, signer, outcome), outcome)

    def _sent_back(self, way: Way, err_code: str | None) -> Response:
        if way.missing:
            said = "The attempt has ended." if err_code else "The document is signed."
            return self._said(
                200,
                "bad" if err_code else "good",
                "Done",
                said,
                "You can close this page: nobody sends you back.",
            )
        if way.repeated:
            return html_response(repeat_page(way.url), images=f"'self' {origin(way.url)}")
        return Response(status=303, headers={"Location": way.url})

    def _form(self, request: Request, signer: Signer, problem: str = "") -> Response:
        settle_quietly(self.core, request)
        with self.core.lock:
            document = self.core.documents.get(request.document_id)
            ends = request.session.ends if request.session else self.core.clock.now().timestamp()
        try:
            shown = sheets(document, signer) if document else []
        except NoPicture:
            shown = []
        attempt = Attempt(
            asked_by=self.core.asked_by(request),
            otp=OTP,
            ends=ends,
            sheets=shown,
            compares_names=self.core.switches.name_match != "off",
            problem=problem,
        )
        return html_response(sign_page(request, signer, attempt), 400 if problem else 200)

    def _picture(self, http: HttpRequest) -> Response:
        """A page of the document, for whoever has a signer's link."""
        page = http.args.get("page", "")
        with self.core.lock:
            try:
                request = self.core.request(http.args.get("requestId", ""))
            except ApiError:
                return Response(status=404)
            document = self.core.documents.get(request.document_id)
            known = request.signer(http.args.get("signerId", "")) is not None
        if not (document and known and page.isascii() and page.isdecimal() and len(page) < 6):
            return Response(status=404)
        try:
            content = self._pictures.png(document, int(page))
        except NoPicture:
            return Response(status=404)
        headers = {"Cache-Control": "private, max-age=60", "X-Content-Type-Options": "nosniff"}
        return Response(content, content_type="image/png", headers=headers)

    def _refused(self, code: str, request_id: str, signer_id: str) -> Response:
        status, kind, title, text = REFUSALS[code]
        if code != "someone_else_is_signing":
            return self._said(status, kind, title, text)
        with self.core.lock:
            request = self.core.requests.get(request_id)
            session = request.session if request else None
        until = f"It is free again at {clock_words(session.ends)} (India) at the latest." if session else ""
        link = f"{PREVIEW}?{urlencode({'requestId': request_id, 'signerId': signer_id})}"
        page = notice_page(title, [text, until], kind=kind, link=(link, "Try again"))
        return html_response(page, status)

    def _said(self, status: int, kind: str, title: str, *paragraphs: str) -> Response:
        return html_response(notice_page(title, paragraphs, kind=kind), status)


def _aadhaar(http: HttpRequest) -> Aadhaar:
    year = http.form.get("aadhaarYear", "").strip()
    name = http.form.get("aadhaarName", "").strip()[:200]
    return Aadhaar(name, year if len(year) == 4 and year.isdecimal() else "")
