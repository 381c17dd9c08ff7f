from typing import Annotated
from unicodedata import category
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from core.auth import Bearer, caller, manager
from core.bodies import files_take
from core.errors import Invalid
from core.schemas import Problem
from signing.presenters import document_out
from signing.schemas import DocumentOut
from signing.selectors import document_get
from signing.services.documents import document_create, upload_size_check

router = Router(tags=["documents"])
NAME_MAX = 200
FORM_BYTES = 10_000  # what a form takes beside its file


def upload_gate(request: HttpRequest) -> None:
    """Turn away employees, and files that say they are too large, before a byte of the body is read."""
    manager(request)
    stated = request.headers.get("Content-Length") or "0"
    upload_size_check(int(stated) - FORM_BYTES if stated.isdigit() else 0)
    files_take(request)


JOINERS = "\u200c\u200d"  # Malayalam, Kannada, Persian … are written with them; emoji too


def is_name(text: str) -> bool:
    """Letters, signs and spaces of any language; no control, direction or line characters."""
    return 0 < len(text) <= NAME_MAX and all(
        c.isprintable() or c in JOINERS or category(c) == "Zs" for c in text
    )


@router.post(
    "/",
    auth=Bearer(also=upload_gate),
    response={201: DocumentOut, 401: Problem, 403: Problem, 413: Problem, 422: Problem, 503: Problem},
    summary="Upload a contract",
)
def document_upload(
    request: HttpRequest, name: Annotated[str, Form()], document: Annotated[UploadedFile, File()]
) -> Status[DocumentOut]:
    """Keep a PDF to be signed. What is not an honest PDF is refused with a code and a sentence. For managers."""
    by = manager(request)
    name = name.strip()
    if not is_name(name):
        raise Invalid(
            f"Give the document a name of 1 to {NAME_MAX} characters.", code="document_name_not_valid"
        )
    upload_size_check(document.size or 0)
    created = document_create(by=by, name=name, content=document.read())
    return Status(201, document_out(created, viewer=by))


@router.get(
    "/{document_id}/",
    response={200: DocumentOut, 401: Problem, 403: Problem, 404: Problem, 422: Problem},
    summary="A document",
)
def document_read(request: HttpRequest, document_id: UUID) -> DocumentOut:
    """A document with a link to its original, for managers and for those asked to sign it."""
    viewer = caller(request)
    return document_out(document_get(viewer=viewer, document_id=document_id), viewer=viewer)
