import hashlib
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.storage import blob_keep, blob_name, blob_read

CONTENT = b"%PDF- some bytes"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """A store of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def kept_files(folder) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_bytes_are_kept_under_the_organization_and_their_digest(files):
    organization = uuid4()
    name = blob_keep(organization_id=organization, content=CONTENT)
    assert name == f"{organization}/{hashlib.sha256(CONTENT).hexdigest()}"
    assert blob_read(name) == CONTENT
    assert kept_files(files) == [name]


def test_the_same_bytes_are_kept_once(files):
    organization = uuid4()
    names = [blob_keep(organization_id=organization, content=CONTENT) for _ in range(3)]
    assert kept_files(files) == [names[0]]
    assert len(set(names)) == 1


def test_organizations_share_no_file(files):
    for _ in range(2):
        blob_keep(organization_id=uuid4(), content=CONTENT)
    assert len(kept_files(files)) == 2


@pytest.mark.parametrize("half", [b"", CONTENT[:5], CONTENT + b"x"])
def test_a_half_written_file_is_replaced(half, files):
    organization = uuid4()
    default_storage.save(blob_name(organization_id=organization, content=CONTENT), ContentFile(half))
    name = blob_keep(organization_id=organization, content=CONTENT)
    assert blob_read(name) == CONTENT
    assert kept_files(files) == [name]


def test_files_and_folders_are_for_us_alone(files):
    name = blob_keep(organization_id=uuid4(), content=CONTENT)
    assert (files / name).stat().st_mode & 0o777 == 0o600
    assert (files / name).parent.stat().st_mode & 0o777 == 0o700


def test_a_file_that_is_gone_is_said_to_be_gone():
    with pytest.raises(FileNotFoundError):
        blob_read(blob_name(organization_id=uuid4(), content=CONTENT))
