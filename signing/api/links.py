"""Doors for browsers: a signer's way to Setu and back, and files. They answer with pages, not JSON."""

import logging
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_safe

from core.errors import DomainError, NotFound
from signing.services.doorbells import return_rung
from signing.services.links import file_open, link_release


def _page(request: HttpRequest, *, status: int, title: str, detail: str) -> HttpResponse:
    context: dict[str, Any] = {"title": title, "detail": detail, "frontend_url": settings.FRONTEND_URL}
    return _private(render(request, "signing/message.html", context, status=status))


log = logging.getLogger(__name__)
AnyResponse = TypeVar("AnyResponse", bound=HttpResponseBase)


def _private(response: AnyResponse) -> AnyResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _see_other(url: str) -> HttpResponse:
    response = HttpResponse(status=303)
    response["Location"] = url
    return _private(response)


@require_safe
def release(request: HttpRequest, token: str) -> HttpResponse:
    """Lead a signer on to Setu. A HEAD, a link preview or a prefetch releases nothing."""
    purpose = request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    if request.method == "HEAD" or "prefetch" in purpose:
        return _private(HttpResponse(status=204))
    try:
        return _see_other(link_release(token=token))
    except DomainError as error:
        return _page(request, status=error.status, title=error.title, detail=error.detail)


@require_GET
def come_back(request: HttpRequest, reference: str) -> HttpResponse:
    """A signer's browser comes from Setu. What it says is not believed; we look ourselves."""
    if not return_rung(reference=reference, setu_id=request.GET.get("id", "")[:200].replace("\0", "")):
        return _page(
            request, status=404, title=NotFound.title, detail="This address is not, or no longer, in use."
        )
    return _see_other(settings.FRONTEND_URL)


@require_safe
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    """An original or a signed file, for a link made for one person."""
    try:
        blob = file_open(token=token)
        opened = default_storage.open(blob.name)
    except DomainError as error:
        return _page(request, status=error.status, title=error.title, detail=error.detail)
    except OSError:
        log.exception("files.unreadable")
        detail = "It cannot be read just now. Try again in a moment; if it stays, tell support."
        return _page(request, status=503, title="The file is not at hand", detail=detail)
    # Who took which file, on record.
    fields = {"kind": blob.kind, "subject": blob.subject, "user_id": blob.viewer, "method": request.method}
    log.info("files.sent", extra=fields)
    response = FileResponse(
        opened, as_attachment=True, filename=blob.filename, content_type="application/pdf"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return _private(response)


urlpatterns = [
    path("s/<str:token>/", release),
    path("s/<str:token>", release),  # as it is after somebody has copied it
    path("return/<str:reference>/", come_back),
    path("files/<str:token>/", file),
]
