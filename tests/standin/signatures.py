"""Signatures into the bytes: at once when a signer signs on the page, later when many were driven at once.

A signature that a signer has given but that the bytes lack yet is `owed`; whoever needs the bytes pays first.
Signing takes some ten milliseconds: never while the core's lock is held, and one at a time per document.
"""

from datetime import UTC, datetime
from typing import Any

from tests.standin import pades
from tests.standin.core import Core
from tests.standin.errors import ApiError
from tests.standin.state import Document, Request, Signer


def owe(core: Core, request: Request, signer: Signer, event: dict[str, Any], moment: datetime) -> None:
    """The signer has signed, the bytes follow. event: the audit's, which gets the certificate's facts then.

    Call it with the core's lock held; saving is the caller's.
    """
    place = next(n for n, each in enumerate(request.events) if each is event)
    core.documents[request.document_id].owed.append(
        {"signer": signer.id, "moment": moment.timestamp(), "event": place}
    )


def settled(core: Core, document_id: str) -> Document:
    """The document with all its signatures in the bytes. Raises KeyError if it is gone, SigningFailed."""
    while True:
        with core.at_work_on(document_id):
            with core.lock:
                document = core.documents[document_id]
                if document.resists:
                    raise pades.SigningFailed(document.resists)
                if not document.owed:
                    return document
                debt = document.owed[0]
                request = core.requests[document.request_id or ""]
                signer = next(each for each in request.signers if each.id == debt["signer"])
            try:
                content, certificate = made(
                    core, document, request, signer, datetime.fromtimestamp(debt["moment"], UTC)
                )
            except pades.SigningFailed as error:
                with core.lock:
                    document.resists = str(error) or "it cannot be signed"
                    core.save_document(document)
                raise
            with core.lock:
                if core.documents.get(document_id) is not document:  # deleted meanwhile
                    raise KeyError(document_id)
                document.append(content)
                document.owed.pop(0)
                details = request.events[debt["event"]]["metaData"]["signatureDetails"]
                details |= certificate
                with core.store.together():
                    core.save_document(document, content)
                    core.save(request)


def signed_file(core: Core, request_id: str) -> Document:
    """A completed request's document, settled. Raises ApiError, KeyError, SigningFailed."""
    return settled(core, core.completed(request_id).document_id)


def settle_quietly(core: Core, request: Request) -> None:
    """For whoever wants the audit or a preview, with or without the last signatures."""
    try:
        settled(core, request.document_id)
    except (ApiError, KeyError, pades.SigningFailed):
        return


def made(
    core: Core, document: Document, request: Request, signer: Signer, moment: datetime
) -> tuple[bytes, dict[str, str]]:
    """The document with the signer's signature, and the certificate's facts. Raises SigningFailed."""
    further = [stamp for each in request.signers for stamp in stamps(each)[1:]]
    return pades.sign(
        document.content,
        stamps(signer),
        authority=core.authority,
        now=moment,
        password=document.password,
        reserve=further if not document.signatures else (),
    )


def stamps(signer: Signer) -> list[pades.Stamp]:
    """The signer's mark on each place asked for; the first carries the signature."""
    places: list[tuple[int, tuple[float, float, float, float] | None]] = [
        (int(page), (left, bottom, right, top)) for page, left, bottom, right, top in signer.boxes
    ] or [(page, None) for page in signer.pages]
    return [
        pades.Stamp(
            field_name=f"Signer-{signer.id}" + (f"-mark-{number + 1}" if number else ""),
            name=signer.display_name,
            page=page,
            position=signer.position,
            height=signer.height,
            width=signer.width,
            box=box,
        )
        for number, (page, box) in enumerate(places)
    ]
