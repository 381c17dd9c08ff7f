"""Reading. Every function takes who looks, and returns only what concerns them."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from core.errors import NotFound
from core.models import Job, User
from core.prepared import Prepared
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


REQUEST_COLUMNS = (
    "id",
    "document_id",
    "document__name",
    "status",
    "stage",
    "created_at",
    "ending_reason",
    "cancel_asked_at",
)
SIGNER_COLUMNS = ("id", "request_id", "user_id", "user__username", "setu_status", "err_code")


def _lists(requests: QuerySet[SignatureRequest], signers: QuerySet[Signer]) -> tuple[Any, Any]:
    return (
        requests.order_by("-created_at", "id").values_list(*REQUEST_COLUMNS),
        signers.order_by("no").values_list(*SIGNER_COLUMNS),
    )


def _of_organization(organization: UUID) -> tuple[Any, Any]:
    return _lists(
        SignatureRequest.objects.filter(organization=organization),
        Signer.objects.filter(request__organization=organization),
    )


def _of_signer(organization: UUID, user: UUID) -> tuple[Any, Any]:
    requests = SignatureRequest.objects.filter(organization=organization, signers__user=user)
    return _lists(requests, Signer.objects.filter(request__in=requests.values("id")))


_organization_lists = [
    Prepared(lambda no=no, **given: _of_organization(**given)[no], organization=UUID) for no in (0, 1)
]
_signer_lists = [
    Prepared(lambda no=no, **given: _of_signer(**given)[no], organization=UUID, user=UUID) for no in (0, 1)
]


def request_rows(*, viewer: User, as_signer: bool) -> list[dict[str, Any]]:
    """The rows of a list, newest first, each with its `signers`. Two statements at any length.

    as_signer: only requests in which the viewer signs; else all of the organization.
    """
    given = {"organization": viewer.tenant.id} | ({"user": viewer.id} if as_signer else {})
    requests, signers = _signer_lists if as_signer else _organization_lists
    rows: list[dict[str, Any]] = [
        dict(zip(REQUEST_COLUMNS, row, strict=True)) for row in requests.rows(**given)
    ]
    by_request: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        by_request[row["id"]] = row["signers"] = []
    for columns in signers.rows(**given):
        signer = dict(zip(SIGNER_COLUMNS, columns, strict=True))
        if signer["request_id"] in by_request:  # a request may have come between the two statements
            by_request[signer["request_id"]].append(signer)
    return rows


_request_id_of = Prepared(
    lambda setu_id: Submission.objects.filter(setu_id=setu_id).values_list("request_id"), setu_id=str
)


def request_id_of(*, setu_id: str) -> UUID | None:
    """Which request one of Setu's ids belongs to; None for an id we do not know."""
    return next((row[0] for row in _request_id_of.rows(setu_id=setu_id)), None)


def submission_current(*, request: SignatureRequest) -> Submission | None:
    return Submission.objects.filter(request=request, orphaned_at__isnull=True).first()


def signer_link_get(*, signer: Signer) -> SignerLink | None:
    """The signer's link at Setu, of the request's current submission."""
    return SignerLink.objects.filter(signer=signer, submission__orphaned_at__isnull=True).first()


def job_get(*, request: SignatureRequest) -> Job | None:
    return Job.objects.filter(kind=REQUEST_JOB, subject=request.id).first()
