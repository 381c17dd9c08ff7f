"""Requests and audits in the shapes Setu's API shows them in."""

from typing import Any

from tests.standin.core import Core
from tests.standin.state import Request, Signer


def shown(core: Core, request: Request) -> dict[str, Any]:
    """A request as create and get show it."""
    reason = {} if request.reason is None else {"reason": request.reason}
    return {
        "id": request.id,
        "documentId": request.document_id,
        "redirectUrl": request.redirect_url,
        **reason,
        "status": request.status,
        "signers": [_signer(core, request, signer) for signer in request.signers],
    }


def _signer(core: Core, request: Request, signer: Signer) -> dict[str, Any]:
    location = {} if signer.location is None else {"location": signer.location}
    match = {"nameMatchDetails": signer.name_match} if signer.name_match else {}
    return {
        "id": signer.id,
        "identifier": signer.identifier,
        "displayName": signer.display_name,
        "birthYear": signer.birth_year or "None",
        **location,
        "status": request.signer_status(signer),
        "errCode": signer.err_code,
        "signatureDetails": signer.details,
        **match,
        "url": core.signer_url(request, signer),
    }


def report(request: Request) -> dict[str, Any]:
    """The audit of a request."""
    return {
        "id": request.id,
        "document": {"id": request.document_id, "name": request.document_name},
        "events": list(request.events),
    }
