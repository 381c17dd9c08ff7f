"""The page behind a signer's link: opens the session, takes the decision, sends the browser back.

Stands for Setu's preview, the ESP's page and the result page in one. No script, no outside resource.
"""

from urllib.parse import urlencode, urlsplit, urlunsplit

from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from tests.standin import sessions
from tests.standin.core import Core
from tests.standin.errcodes import ERR_CODES, message
from tests.standin.errors import SessionRefused
from tests.standin.html import notice_page, sign_page
from tests.standin.state import Request, Signer

PATH = "/signature/preview"
OTP = "123456"
REFUSALS = {
    "document_already_signed": (200, "Already signed", "You have already signed this document. Thank you."),
    "someone_else_is_signing": (
        409,
        "Someone else is signing",
        "Another signer has this document open. Please try your link again in a few minutes.",
    ),
    "document_not_found": (404, "Gone", "This document was withdrawn, or the link is wrong."),
}


class SignerPage:
    """GET shows the form, POST ends the attempt."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def respond(self, http: HttpRequest) -> Response:
        if http.method not in ("GET", "HEAD", "POST"):
            return _html(405, notice_page("Not possible", "This page can only be read or submitted."))
        given = http.form if http.method == "POST" else http.args
        request_id, signer_id = given.get("requestId", ""), given.get("signerId", "")
        browser = {"userAgent": http.headers.get("User-Agent", ""), "IP": http.remote_addr or ""}
        try:
            request, signer = sessions.find(self.core, request_id, signer_id)
            if http.method == "POST":
                return self._submitted(http, request, signer, browser)
            if http.method == "GET":  # a HEAD, as link previews send, starts nothing
                sessions.open_session(self.core, request_id, signer_id, browser)
            return _html(200, self._form(request, signer))
        except SessionRefused as refusal:
            status, title, text = REFUSALS[refusal.code]
            return _html(status, notice_page(title, text))

    def _submitted(
        self, http: HttpRequest, request: Request, signer: Signer, browser: dict[str, str]
    ) -> Response:
        action = http.form.get("action")
        err_code: str | None = {"sign": None, "decline": sessions.DECLINED}.get(
            action or "", http.form.get("errCode", "")
        )
        if action not in ("sign", "decline", "fail") or (action == "fail" and err_code not in ERR_CODES):
            return _html(400, self._form(request, signer, "Please choose one of the buttons."))
        if action == "sign" and http.form.get("otp", "").strip() != OTP:
            return _html(400, self._form(request, signer, "That is not the one-time password shown below."))
        try:
            if err_code is None:
                err_code = sessions.sign(self.core, request.id, signer.id, browser)
            else:
                sessions.fail(self.core, request.id, signer.id, err_code)
        except SessionRefused as refusal:
            if refusal.code != "session_expired":
                raise
            err_code = "session_expired"
        return Response(status=303, headers={"Location": return_url(request, signer, err_code)})

    def _form(self, request: Request, signer: Signer, problem: str = "") -> str:
        return sign_page(
            request=request,
            signer=signer,
            otp=OTP,
            minutes=round(self.core.settings.session_seconds / 60),
            err_codes=ERR_CODES,
            problem=problem,
        )


def return_url(request: Request, signer: Signer, err_code: str | None) -> str:
    """Where the browser goes after an attempt: `redirectUrl` with the result's parameters joined on.

    `signerIdentifier` carries Setu's signer id, as Setu's template has it.
    """
    params = {
        "id": request.id,
        "success": "false" if err_code else "true",
        "signerIdentifier": signer.id,
    }
    if err_code:
        params |= {"errCode": err_code, "errorMessage": message(err_code)}
    parts = urlsplit(request.redirect_url)
    query = "&".join(filter(None, (parts.query, urlencode(params))))
    return urlunsplit(parts._replace(query=query))


def _html(status: int, page: str) -> Response:
    headers = {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Response(page, status=status, content_type="text/html; charset=utf-8", headers=headers)
