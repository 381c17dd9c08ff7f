from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from core.auth import caller, manager
from core.errors import Invalid
from core.schemas import Problem
from signing.presenters import request_out
from signing.schemas import CancelIn, NewRequest, RequestOut, SignerIn
from signing.selectors import request_get
from signing.services.cancel import request_cancel
from signing.services.requests import Asked, request_check, request_create

router = Router(tags=["signature requests"])
NO_REASON = CancelIn()


@router.post(
    "/",
    response={
        200: RequestOut,
        201: RequestOut,
        401: Problem,
        403: Problem,
        404: Problem,
        409: Problem,
        422: Problem,
    },
    summary="Ask for signatures",
)
def signature_create(request: HttpRequest, body: NewRequest) -> Status[RequestOut]:
    """Ask people of the organization to sign a document. Answers at once; Setu is told within moments.

    The same body again returns the same request (200). For managers.
    """
    by = manager(request)
    created, new = request_create(
        by=by,
        document_id=body.documentId,
        signers=[_asked(signer) for signer in body.signers],
        reason=body.reason,
    )
    out = request_out(request_get(viewer=by, request_id=created.id), viewer=by)
    return Status(201 if new else 200, out)


def _asked(signer: SignerIn) -> Asked:
    try:
        user_id = UUID(signer.identifier)
    except ValueError:
        raise Invalid(
            "One of the signers is not a person of your organization.", code="signer_unknown"
        ) from None
    box = signer.signature
    pages = tuple(sorted(int(page) for page in box.onPages))
    return Asked(user_id=user_id, pages=pages, corner=box.position, height=box.height, width=box.width)


@router.get(
    "/{request_id}/",
    response={200: RequestOut, 401: Problem, 403: Problem, 404: Problem, 422: Problem},
    summary="One request",
)
def signature_read(request: HttpRequest, request_id: UUID) -> RequestOut:
    """The state of one request, for managers and its signers, with when and how it was last confirmed."""
    viewer = caller(request)
    return request_out(request_get(viewer=viewer, request_id=request_id), viewer=viewer)


@router.post(
    "/{request_id}/check/",
    response={202: RequestOut, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem},
    summary="Check now",
)
def signature_check(request: HttpRequest, request_id: UUID) -> Status[RequestOut]:
    """Ask Setu for the state now instead of at `next_check_at`. For managers."""
    by = manager(request)
    request_check(request=request_get(viewer=by, request_id=request_id), by=by)
    return Status(202, request_out(request_get(viewer=by, request_id=request_id), viewer=by))


@router.post(
    "/{request_id}/cancel/",
    response={202: RequestOut, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem},
    summary="Cancel a request",
)
def signature_cancel(
    request: HttpRequest, request_id: UUID, body: CancelIn = NO_REASON
) -> Status[RequestOut]:
    """End a request before everybody has signed: recorded at once, then carried out at Setu. For managers.

    The status stays what it is until Setu has removed the request (`cancelling` is true meanwhile, and nobody gets a
    signing link); then it is `declined` if a signer has declined, else `cancelled`. If everybody has signed by then,
    the request is completed instead. Repeating is safe; an ended request is 409 `request_ended`.
    """
    by = manager(request)
    found = request_get(viewer=by, request_id=request_id)
    request_cancel(request=found, by=by, reason=body.reason)
    return Status(202, request_out(request_get(viewer=by, request_id=request_id), viewer=by))
