"""What signers do: open a link, then sign or not. The state machine, in a few functions.

A session lasts a set time and locks the other signers out; when it ends by a result, a notification
leaves, after the lock is released, so that the receiver may ask us back.
"""

from dataclasses import dataclass

from tests.standin import pades, signatures
from tests.standin.core import Core, Initiator
from tests.standin.errors import ApiError, SessionRefused
from tests.standin.namematch import name_match, percentage
from tests.standin.state import Request, Session, Signer

NOBODYS_BROWSER: Initiator = {"userAgent": "stand-in control", "IP": "127.0.0.1"}
DECLINED = "signer_declined"
RESISTED = "signature_creation_failure"
OTP_TRIES = 3


@dataclass(frozen=True)
class Aadhaar:
    """What Aadhaar is made up to say about the signer; without it, what the client said."""

    name: str = ""
    birth_year: str = ""


def open_session(core: Core, request_id: str, ref: str, browser: Initiator = NOBODYS_BROWSER) -> Session:
    """Start, or go on with, the signer's session. Raises SessionRefused."""
    with core.lock:
        request, signer = find(core, request_id, ref)
        if request.session is None:
            now = core.clock.now()
            request.session = Session(signer.id, now.timestamp() + core.settings.session_seconds)
            request.log(now, "opened", person(signer, browser))
            core.save(request)
        return request.session


def sign(
    core: Core,
    request_id: str,
    ref: str,
    browser: Initiator = NOBODYS_BROWSER,
    aadhaar: Aadhaar | None = None,
) -> str | None:
    """End the signer's session with a signature, and notify. Raises SessionRefused.

    Returns None, or the errCode if the attempt failed: the document resisted, or the names did not match.
    """
    request, signer = in_session(core, request_id, ref)
    if mismatch := _compared(core, signer, aadhaar or Aadhaar()):
        fail(core, request_id, ref, mismatch)
        return mismatch
    try:
        body = _signed_now(core, request, signer, browser, aadhaar or Aadhaar())
    except (KeyError, pades.SigningFailed):
        fail(core, request_id, ref, RESISTED)
        return RESISTED
    core.courier.send(request_id, body)
    return None


def _signed_now(core: Core, request: Request, signer: Signer, browser: Initiator, aadhaar: Aadhaar) -> bytes:
    """Put the signature into the bytes. Returns the notification. Raises SessionRefused, SigningFailed, KeyError."""
    with core.at_work_on(request.document_id):
        document = signatures.settled(core, request.document_id)
        now = core.clock.now()
        content, certificate = signatures.made(core, document, request, signer, now)
        with core.lock:
            in_session(core, request.id, signer.id)  # deleted, expired or signed meanwhile?
            document.append(content)
            details = signed(request, signer, aadhaar)
            request.log(now, "signed", person(signer, browser), signatureDetails={**details, **certificate})
            request.session = None
            with core.store.together():
                core.save_document(document, content)
                core.save(request)
            return core.notification(request.id, signer.id)


def fail(core: Core, request_id: str, ref: str, err_code: str) -> None:
    """End the signer's session without a signature, and notify. Raises SessionRefused."""
    with core.lock:
        request, signer = in_session(core, request_id, ref)
        signer.err_code = err_code
        request.session = None
        core.failed(request)
        core.save(request)
        body = core.notification(request.id, signer.id)
    core.courier.send(request_id, body)


def wrong_otp(core: Core, request_id: str, ref: str) -> int:
    """Count a wrong one-time password. Returns how many tries are left. Raises SessionRefused."""
    with core.lock:
        request, _ = in_session(core, request_id, ref)
        assert request.session
        request.session.wrong_otps += 1
        core.save(request)
        return OTP_TRIES - request.session.wrong_otps


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
        if request.complete and not core.switches.late_optional:
            raise SessionRefused("too_late")
        return request, signer


def in_session(core: Core, request_id: str, ref: str) -> tuple[Request, Signer]:
    """As `find`, while the signer's session is open. Raises SessionRefused."""
    with core.lock:
        request, signer = find(core, request_id, ref)
        if request.session is None:
            raise SessionRefused("session_expired")
        return request, signer


def signed(request: Request, signer: Signer, aadhaar: Aadhaar) -> dict[str, str]:
    """Mark the signer as signed. Returns the details: nobody's Aadhaar, plainly made up."""
    signer.status, signer.err_code = "signed", None
    request.pending_after_failure = False
    signer.details = {
        "aadhaarName": aadhaar.name or signer.display_name,
        "aadhaarSuffix": "0000",
        "birthYear": aadhaar.birth_year or signer.birth_year or "1900",
        "gender": "F",
        "postalCode": "000000",
    }
    return dict(signer.details)


def _compared(core: Core, signer: Signer, aadhaar: Aadhaar) -> str | None:
    """Note how well the names agree, if that is switched on. Returns the errCode if they must not differ so."""
    mode = core.switches.name_match
    if mode == "off":
        return None
    with core.lock:
        signer.name_match = name_match(signer.display_name, aadhaar.name or signer.display_name)
        if mode != "reject":
            return None
        if percentage(signer.name_match) < core.switches.name_threshold:
            return "name_match_error"
        wrong_year = aadhaar.birth_year and signer.birth_year not in (None, aadhaar.birth_year)
        return "yob_match_error" if wrong_year else None


def person(signer: Signer, browser: Initiator) -> Initiator:
    return {"name": signer.display_name, "type": "signer", **browser}
