"""Taking in a contract: checked in a limited child process, stored, then recorded."""

import logging

from django.conf import settings

from core.aadhaar import aadhaar_refuse
from core.blobs import blob_store
from core.models import User
from signing.errors import DocumentRefused, InspectionBusy, StorageDown
from signing.models import Document
from signing.pdf import inspect

log = logging.getLogger(__name__)
BUSY_SECONDS = 5  # until it is worth trying again; most checks take less than one


def document_create(*, by: User, name: str, content: bytes) -> Document:
    """Keep an uploaded PDF. Raises DocumentRefused with a code and a sentence; nothing is stored then.

    Raises AadhaarNotWanted for its name; what stands in the file is its parties' own.
    """
    aadhaar_refuse(**{"document's name": name})
    try:
        facts = inspect.pdf_inspect(
            content,
            max_bytes=settings.DOCUMENT_MAX_BYTES,
            max_pages=settings.DOCUMENT_MAX_PAGES,
            owner=str(by.tenant.id),
        )
    except inspect.PdfRefused as refusal:
        log.info("documents.refused", extra={"code": refusal.code, "why": refusal.why, "size": len(content)})
        raise DocumentRefused(refusal.detail, code=refusal.code) from None
    except inspect.InspectionBusy:
        detail = "Many documents are being checked just now. Try again in a moment."
        raise InspectionBusy(detail, retry_after=BUSY_SECONDS) from None
    try:
        blob = blob_store(organization_id=by.tenant.id, content=content)
    except OSError:
        log.exception("documents.not_kept")
        raise StorageDown("The file could not be stored just now. Try again in a moment.") from None
    return Document.objects.create(
        organization=by.tenant,
        name=name,
        blob=blob,
        size=len(content),
        pages=facts.pages,
        created_by=by,
    )


def upload_size_check(size: int) -> None:
    """Refuse by the stated size, before the bytes are read into memory. Raises DocumentRefused."""
    if size > settings.DOCUMENT_MAX_BYTES:
        megabytes = settings.DOCUMENT_MAX_BYTES // (1024 * 1024)
        raise DocumentRefused(f"The file is larger than {megabytes} MB.", code="document_too_large")
