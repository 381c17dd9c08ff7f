"""Reading. Every function takes who looks, and returns only what concerns them."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from core.errors import NotFound
from core.models import Job, User
from signing.models import Document, SignatureRequest, SignedFile, Signer, SignerLink, Submission
from signing.states import REQUEST_JOB


def document_get(*, viewer: User, document_id: UUID) -> Document:
    """A document that the viewer may read: managers of its organization, and its signers. Raises NotFound."""
    documents = Document.objects.filter(organization=viewer.tenant)
    if not viewer.is_manager:
        documents = documents.filter(request__signers__user=viewer)
    found = documents.filter(id=document_id).first()
    if found is None:
        raise NotFound("There is no such document.")
    return found


def requests_of(viewer: User) -> QuerySet[SignatureRequest]:
    """All requests of the organization for a manager, else those in which the viewer signs."""
    requests = SignatureRequest.objects.filter(organization=viewer.tenant)
    if viewer.is_manager:
        return requests
    return requests.filter(signers__user=viewer)


def request_get(*, viewer: User, request_id: UUID) -> SignatureRequest:
    """One request with its signers, their users and its document. Raises NotFound."""
    signers = Prefetch("signers", Signer.objects.select_related("user").order_by("no"))
    found = (
        requests_of(viewer).filter(id=request_id).select_related("document").prefetch_related(signers).first()
    )
    if found is None:
        raise NotFound("There is no such signature request.")
    return found


def signed_file_get(*, viewer: User, request_id: UUID) -> SignedFile:
    """The signed file of a completed request. Raises NotFound."""
    found = SignedFile.objects.filter(request__in=requests_of(viewer), request=request_id).first()
    if found is None:
        raise NotFound("There is no such signed file.")
    return found


def request_rows(*, viewer: User, as_signer: bool) -> list[dict[str, Any]]:
    """The rows of a list, newest first, each with its `signers`. Two statements at any length.

    as_signer: only requests in which the viewer signs; else all of the organization.
    """
    requests = SignatureRequest.objects.filter(organization=viewer.tenant)
    if as_signer:
        requests = requests.filter(signers__user=viewer)
    columns = (
        "id",
        "document_id",
        "document__name",
        "status",
        "stage",
        "created_at",
        "ending_reason",
        "cancel_asked_at",
    )
    rows: list[dict[str, Any]] = [
        dict(row) for row in requests.order_by("-created_at", "id").values(*columns)
    ]
    signers = Signer.objects.filter(request__organization=viewer.tenant)
    if as_signer:
        signers = signers.filter(request__in=requests.values("id"))
    by_request: dict[UUID, list[dict[str, Any]]] = {row["id"]: [] for row in rows}
    for signer in signers.order_by("no").values(
        "id", "request_id", "user_id", "user__username", "setu_status", "err_code"
    ):
        if signer["request_id"] in by_request:  # a request may have come between the two statements
            by_request[signer["request_id"]].append(dict(signer))
    for row in rows:
        row["signers"] = by_request[row["id"]]
    return rows


def submission_current(*, request: SignatureRequest) -> Submission | None:
    return Submission.objects.filter(request=request, orphaned_at__isnull=True).first()


def signer_link_get(*, signer: Signer) -> SignerLink | None:
    """The signer's link at Setu, of the request's current submission."""
    return SignerLink.objects.filter(signer=signer, submission__orphaned_at__isnull=True).first()


def job_get(*, request: SignatureRequest) -> Job | None:
    return Job.objects.filter(kind=REQUEST_JOB, subject=request.id).first()
