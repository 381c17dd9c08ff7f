"""Private files, kept under what they are: `<organization>/<sha256>`. Never served by address."""

import hashlib
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


def blob_name(*, organization_id: UUID, content: bytes) -> str:
    return f"{organization_id}/{hashlib.sha256(content).hexdigest()}"


def blob_keep(*, organization_id: UUID, content: bytes) -> str:
    """Store bytes and return their name. Repeating is safe: the same bytes have the same name.

    Written before the row that names it; a blob nothing names is harmless. One already there is written over, not
    trusted: it may be half of a file, or not on the disk yet. The storages put a file in its place whole or not at all.
    """
    name = blob_name(organization_id=organization_id, content=content)
    kept: str = default_storage.save(name, ContentFile(content))
    if kept != name:  # rows will name `name`
        raise OSError("The storage has kept a file under another name.")
    return name


def blob_read(name: str) -> bytes:
    """The bytes. Raises FileNotFoundError (or the storage's own error) when they are gone."""
    with default_storage.open(name) as file:
        content: bytes = file.read()
    return content
