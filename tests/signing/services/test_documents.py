"""Taking in a contract."""

import hashlib

import pytest
from django.core.files.storage import default_storage

from core.storage import blob_read
from signing.errors import DocumentRefused, StorageDown
from signing.models import Document
from signing.services.documents import document_create, upload_size_check
from tests.builders import make_pdf


def test_a_document_is_kept_as_it_was_uploaded(manager):
    content = make_pdf(4)
    document = document_create(by=manager, name="Offer", content=content)
    assert document.blob == f"{manager.tenant.id}/{hashlib.sha256(content).hexdigest()}"
    assert blob_read(document.blob) == content
    assert (document.pages, document.size, document.created_by_id) == (4, len(content), manager.id)


def test_the_same_bytes_are_kept_once_and_named_twice(manager):
    first, second = (document_create(by=manager, name="Offer", content=make_pdf()) for _ in range(2))
    assert first.id != second.id
    assert first.blob == second.blob


def test_two_organizations_share_no_bytes(manager, stranger):
    ours, theirs = (document_create(by=by, name="Offer", content=make_pdf()) for by in (manager, stranger))
    assert ours.blob != theirs.blob


def test_a_refused_file_leaves_nothing(manager):
    with pytest.raises(DocumentRefused) as refusal:
        document_create(by=manager, name="Offer", content=b"MZ not a PDF")
    assert refusal.value.code == "not_a_pdf"
    assert not Document.objects.exists()
    assert not default_storage.exists(f"{manager.tenant.id}/{hashlib.sha256(b'MZ not a PDF').hexdigest()}")


def test_a_size_at_the_limit_passes_and_one_more_byte_does_not(settings):
    upload_size_check(settings.DOCUMENT_MAX_BYTES)
    with pytest.raises(DocumentRefused) as refusal:
        upload_size_check(settings.DOCUMENT_MAX_BYTES + 1)
    assert (refusal.value.code, refusal.value.detail) == (
        "document_too_large",
        "The file is larger than 20 MB.",
    )


def test_while_files_cannot_be_stored_an_upload_says_so_and_leaves_nothing(manager, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = str(tmp_path / "file" / "below")  # no folder can be made under a file
    with pytest.raises(StorageDown) as told:
        document_create(by=manager, name="Contract", content=make_pdf())
    assert told.value.status == 503
    assert not Document.objects.exists()
