from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from core.auth import caller, manager
from core.etag import json_with_etag
from core.schemas import Problem
from signing.errors import NotComplete
from signing.presenters import row_out
from signing.schemas import Download, Row
from signing.selectors import request_get, request_rows
from signing.services.links import signed_url
from signing.states import Status

router = Router(tags=["signature requests"])


@router.get("/status/", response={200: list[Row], 401: Problem, 403: Problem}, summary="All requests")
def status_list(request: HttpRequest) -> HttpResponse:
    """Every request of the organization, newest first. For managers."""
    viewer = manager(request)
    rows = request_rows(viewer=viewer, as_signer=False)
    return json_with_etag(request, [row_out(row, viewer=viewer) for row in rows])


@router.get("/dashboard/", response={200: list[Row], 401: Problem, 403: Problem}, summary="Requests to sign")
def dashboard_list(request: HttpRequest) -> HttpResponse:
    """The requests in which the caller is a signer, newest first; `signer_url` is the caller's own link."""
    viewer = caller(request)
    rows = request_rows(viewer=viewer, as_signer=True)
    return json_with_etag(request, [row_out(row, viewer=viewer) for row in rows])


@router.get(
    "/download/{request_id}/",
    response={200: Download, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem},
    summary="The signed file",
)
def download(request: HttpRequest, request_id: UUID) -> Download:
    """A short-lived link to the signed file, for managers and signers. 409 until the request is complete."""
    viewer = caller(request)
    found = request_get(viewer=viewer, request_id=request_id)
    if found.status != Status.SIGN_COMPLETE:
        detail = "The signed file can be downloaded once everybody has signed and the file has been checked."
        raise NotComplete(detail, request_status=found.status)
    return Download(downloadUrl=signed_url(request_id=found.id, viewer=viewer))
