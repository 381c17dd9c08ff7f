"""What signers do: open a link, then sign or not. The state machine, in four functions.

A session lasts a set time and locks the other signers out; when it ends by a result, a notification
leaves, after the lock is released, so that the receiver may ask us back.
"""

from collections.abc import Callable

from tests.standin import pades
from tests.standin.core import Core, Initiator
from tests.standin.errors import ApiError, SessionRefused
from tests.standin.state import Request, Session, Signer

NOBODYS_BROWSER: Initiator = {"userAgent": "stand-in control", "IP": "127.0.0.1"}
DECLINED = "signer_declined"
RESISTED = "signature_creation_failure"


def open_session(core: Core, request_id: str, ref: str, browser: Initiator = NOBODYS_BROWSER) -> Session:
    """Start, or go on with, the signer's session. Raises SessionRefused."""
    with core.lock:
        request, signer = find(core, request_id, ref)
        if request.session is None:
            now = core.clock.now()
            request.session = Session(signer.id, now.timestamp() + core.settings.session_seconds)
            request.log(now, "opened", _person(signer, browser))
            core.save(request)
        return request.session


def sign(core: Core, request_id: str, ref: str, browser: Initiator = NOBODYS_BROWSER) -> str | None:
    """End the signer's session with a signature, and notify. Raises SessionRefused.

    Returns None, or the errCode if the document resisted and the attempt failed.
    """

    def signed(request: Request, signer: Signer) -> None:
        document = core.documents[request.document_id]
        now = core.clock.now()
        further = [stamp for each in request.signers for stamp in _stamps(each)[1:]]
        try:
            content, certificate = pades.sign(
                document.content,
                _stamps(signer),
                authority=core.authority,
                now=now,
                password=document.password,
                reserve=further if len(document.cuts) == 1 else (),
            )
        except pades.SigningFailed:
            signer.err_code = RESISTED
            return
        document.append(content)
        core.save_document(document, content)
        signer.status, signer.err_code = "signed", None
        signer.details = {  # nobody's Aadhaar: plainly made up, except what the client itself sent
            "aadhaarName": signer.display_name,
            "aadhaarSuffix": "0000",
            "birthYear": signer.birth_year or "1900",
            "gender": "F",
            "postalCode": "000000",
        }
        request.log(
            now, "signed", _person(signer, browser), signatureDetails={**signer.details, **certificate}
        )

    return _end(core, request_id, ref, signed)


def fail(core: Core, request_id: str, ref: str, err_code: str) -> None:
    """End the signer's session without a signature, and notify. Raises SessionRefused."""

    def failed(_request: Request, signer: Signer) -> None:
        signer.err_code = err_code

    _end(core, request_id, ref, failed)


def find(core: Core, request_id: str, ref: str) -> tuple[Request, Signer]:
    """The request and its signer, if the signer may be at it now. Raises SessionRefused."""
    with core.lock:
        try:
            request = core.request(request_id)
        except ApiError as error:
            raise SessionRefused("document_not_found") from error
        signer = request.signer(ref)
        if signer is None:
            raise SessionRefused("document_not_found")
        if signer.status == "signed":
            raise SessionRefused("document_already_signed")
        if request.session and request.session.signer_id != signer.id:
            raise SessionRefused("someone_else_is_signing")
        return request, signer


def _end(core: Core, request_id: str, ref: str, change: Callable[[Request, Signer], None]) -> str | None:
    with core.lock:
        request, signer = find(core, request_id, ref)
        if request.session is None:
            raise SessionRefused("session_expired")
        with core.store.together():
            change(request, signer)
            request.session = None
            core.save(request)
        body = core.notification(request.id, signer.id)
        err_code = signer.err_code
    core.courier.send(request_id, body)
    return err_code


def _stamps(signer: Signer) -> list[pades.Stamp]:
    """The signer's mark on each page asked for; the first carries the signature."""
    return [
        pades.Stamp(
            field_name=f"Signer-{signer.id}" + (f"-page-{page}" if number else ""),
            name=signer.display_name,
            page=page,
            position=signer.position,
            height=signer.height,
            width=signer.width,
        )
        for number, page in enumerate(signer.pages)
    ]


def _person(signer: Signer, browser: Initiator) -> Initiator:
    return {"name": signer.display_name, "type": "signer", **browser}
