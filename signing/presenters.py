"""Rows and models as the API shows them to one viewer: only the viewer's own signing links are shown."""

from typing import Any

from core.models import Job, User
from signing.models import Document, SignatureRequest, Signer
from signing.schemas import DocumentOut, RequestOut, SignerOut
from signing.selectors import job_get
from signing.services.links import original_url, release_url, signer_may_sign
from signing.services.stalled import STALLED, TURNED_UP
from signing.setu.errcodes import meaning
from signing.states import is_cancelling, signer_status_of


def document_out(document: Document, *, viewer: User) -> DocumentOut:
    return DocumentOut(
        id=document.id,
        name=document.name,
        pages=document.pages,
        size=document.size,
        created_at=document.created_at,
        document_url=original_url(document_id=document.id, viewer=viewer),
    )


def request_out(request: SignatureRequest, *, viewer: User) -> RequestOut:
    job = job_get(request=request)
    return RequestOut(
        id=request.id,
        documentId=request.document_id,
        document_name=request.document.name,
        document_url=original_url(document_id=request.document_id, viewer=viewer),
        status=request.status,
        status_reason=request.ending_reason or None,
        reason=request.reason,
        created_at=request.created_at,
        ended_at=request.ended_at,
        cancelling=request.is_cancelling,
        cancel_asked_at=request.cancel_asked_at,
        cancel_reason=request.cancel_reason or None,
        confirmed_at=request.confirmed_at,
        confirmed_by=request.confirmed_by or None,
        trouble=_trouble(job) if job and request.is_open else None,
        next_check_at=job.due_at if job and request.is_open and not job.dead_at else None,
        signers=[_signer_out(signer, request=request, viewer=viewer) for signer in request.signers.all()],
    )


def _trouble(job: Job) -> str | None:
    """The job's words for operators as a sentence for people."""
    if job.dead_at and job.last_error == STALLED:
        return f"{STALLED}. Nothing more is sent until somebody starts it again: check the request, or ask support."
    if job.dead_at:
        return "Working on this request failed several times. Support has to look at it and start it again."
    if not job.failures:
        return None
    words = job.last_error
    if words == TURNED_UP:
        return f"{words}; nothing more is sent before."
    if "denied" in words:
        return (
            "Setu does not accept SignFlow's credentials. An operator has to look at them; the request waits."
        )
    if words.startswith("refused"):
        return f"Setu refuses this for a reason that may pass ({words}). An operator has to look; it is tried again."
    if words.startswith(
        (
            "The signed file",
            "The request belongs",
            "The file storage",
            "The database",
            "Setu answered",
            "Asking Setu",
        )
    ):
        return f"{words}. It is tried again."
    return f"Setu does not answer as it should ({words}). It is tried again."


def _signer_out(signer: Signer, *, request: SignatureRequest, viewer: User) -> SignerOut:
    own = signer.user_id == viewer.id and signer_may_sign(
        stage=request.stage, cancelling=request.is_cancelling, signer_status=signer.status
    )
    return SignerOut(
        identifier=str(signer.user_id),
        displayName=signer.user.username,
        status=signer.status,
        url=release_url(signer_id=signer.id, token_version=viewer.token_version) if own else None,
        signed_at=signer.signed_at,
        errCode=signer.err_code or None,
        errMeaning=meaning(signer.err_code).sentence if signer.err_code else None,
    )


def row_out(row: dict[str, Any], *, viewer: User) -> dict[str, Any]:
    """One row of `selectors.request_rows`, in the shape of schemas.Row."""
    cancelling = is_cancelling(stage=row["stage"], asked_at=row["cancel_asked_at"])
    return {
        "signature_id": row["id"],
        "document_id": row["document_id"],
        "document_name": row["document__name"],
        "status": row["status"],
        "status_reason": row["ending_reason"] or None,
        "created_at": row["created_at"],
        "signers": [
            _row_signer(signer, stage=row["stage"], cancelling=cancelling, viewer=viewer)
            for signer in row["signers"]
        ],
    }


def _row_signer(signer: dict[str, Any], *, stage: str, cancelling: bool, viewer: User) -> dict[str, Any]:
    status = signer_status_of(setu_status=signer["setu_status"], err_code=signer["err_code"])
    own = signer["user_id"] == viewer.id and signer_may_sign(
        stage=stage, cancelling=cancelling, signer_status=status
    )
    return {
        "user_id": signer["user_id"],
        "username": signer["user__username"],
        "status": status.value,
        "signer_url": release_url(signer_id=signer["id"], token_version=viewer.token_version)
        if own
        else None,
    }
