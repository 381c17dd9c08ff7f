"""Notifications: what Setu would POST, and what a forger or a broken sender would."""

import json
from collections.abc import Callable
from typing import Any

from tests.standin.state import Request, Signer
from tests.standin.wire import json_bytes

EVENT = "ESIGN_WEBHOOK_NOTIFICATION"
HUGE = 2 * 1024 * 1024  # bytes


def notification(request: Request, *, acting: Signer | None, time_stamp: str) -> bytes:
    """The body of a notification: all signers, the acting one first, with "" and {} for nothing."""
    order = sorted(request.signers, key=lambda signer: signer is not acting)
    signers = [
        {
            "id": signer.id,
            "identifier": signer.identifier,
            "displayName": signer.display_name,
            "status": request.signer_status(signer),
            "errCode": signer.err_code or "",
            "signatureDetails": signer.details or {},
            **({"nameMatchDetails": signer.name_match} if signer.name_match else {}),
        }
        for signer in order
    ]
    esign = {
        "id": request.id,
        "documentId": request.document_id,
        "status": request.status,
        "signers": signers,
    }
    return json_bytes({"event": EVENT, "timeStamp": time_stamp, "data": {"esign": esign}})


def restamped(body: bytes, time_stamp: str) -> bytes:
    """The same notification as of another moment."""
    return json_bytes({**json.loads(body), "timeStamp": time_stamp})


def forged(kind: str, body: bytes, stranger: str) -> bytes:
    """A notification nobody should believe. kind: a key of FORGERIES; stranger: an id nobody has."""
    notice = json.loads(body)
    changed: Any = FORGERIES[kind][1](notice, notice["data"]["esign"], stranger)
    return changed if isinstance(changed, bytes) else json_bytes(notice)


def _unknown_id(_: Any, esign: Any, stranger: str) -> None:
    esign |= {"id": stranger, "documentId": stranger[::-1]}


def _wrong_document(_: Any, esign: Any, stranger: str) -> None:
    esign["documentId"] = stranger


def _wrong_event(notice: Any, _: Any, stranger: str) -> None:
    notice["event"] = "BANK_STATEMENT_READY"


def _missing_keys(_: Any, esign: Any, stranger: str) -> None:
    for key in ("id", "documentId", "signers"):
        del esign[key]


def _false_complete(_: Any, esign: Any, stranger: str) -> None:
    esign["status"] = "sign_complete"
    for signer in esign["signers"]:
        signer |= {"status": "signed", "errCode": ""}


def _huge(notice: Any, _: Any, stranger: str) -> None:
    notice["padding"] = "x" * HUGE


Forge = Callable[[Any, Any, str], bytes | None]
FORGERIES: dict[str, tuple[str, Forge]] = {
    "unknown_id": ("a request and a document nobody has", _unknown_id),
    "wrong_document": ("the right request with a document of nobody", _wrong_document),
    "wrong_event": ("another event's name", _wrong_event),
    "missing_keys": ("without ids and signers", _missing_keys),
    "false_complete": ("everybody has signed, though they have not", _false_complete),
    "huge": ("two megabytes long", _huge),
    "not_json": ("half a JSON document", lambda *_: b'{"event": "ESIGN_WEBHOOK_NOTIF'),
    "empty": ("no body at all", lambda *_: b""),
}
