"""No door takes a body that it did not ask for: larger ones are refused unread, and files are kept for one door only.

Django reads a form before its view is asked, for the token against forged forms, and keeps its files on the disk
whatever their size. So anybody could fill it, at any address. A body in chunks states no length, and Django reads
nothing of it; the doors that take one read it themselves, up to a bound of their own.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from django.conf import settings
from django.core.files.uploadhandler import (
    FileUploadHandler,
    MemoryFileUploadHandler,
    StopUpload,
    TemporaryFileUploadHandler,
)
from django.http import HttpRequest, HttpResponse

from core.problems import BY_STATUS, MACHINE_PATHS, status_problem


class BodiesMiddleware:
    """Outside of all that reads bodies. 413 above DATA_UPLOAD_MAX_MEMORY_SIZE, but for UPLOAD_PATHS, which say it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        stated = request.META.get("CONTENT_LENGTH") or "0"
        size = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 20 else 0
        if len(stated) < 20 and size <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return self.get_response(request)
        if request.path_info in settings.UPLOAD_PATHS and request.method == "POST":
            return self.get_response(request)
        if f"{request.path_info}/".startswith(MACHINE_PATHS):
            return status_problem(413)
        return HttpResponse(BY_STATUS[413][1], status=413, content_type="text/plain; charset=utf-8")


class NoFiles(FileUploadHandler):
    """Every door's, until it calls `files_take`: the body is read no further than to its first file."""

    def new_file(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


def files_take(request: HttpRequest) -> None:
    """Keep this request's files while it lasts. For a door that knows its caller, before it reads the body."""
    request.upload_handlers = [MemoryFileUploadHandler(request), TemporaryFileUploadHandler(request)]
