"""R23: a storage that is full in the middle of a write: nothing half-written counts, and it heals by itself."""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.db import OperationalError, connection

from core import jobs
from core.disk import DiskFiles
from core.storage import blob_read
from signing.models import SignedFile
from signing.states import REQUEST_JOB
from tests.builders import make_pdf, reloaded
from tests.client import Api
from tests.signing.builders import ask, job_of, owed

pytestmark = pytest.mark.django_db
FULL = {"now": False}


class NoRoom(ContentFile):  # type: ignore[type-arg]  # not subscriptable at run time
    """Of which the first thousand bytes find room."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield self.read()[:1000]
        raise OSError(errno.ENOSPC, "No space left on device")


class Disk(DiskFiles):
    """Has room for the first thousand bytes of a file while it is full."""

    def _save(self, name: str, content: Any) -> str:
        return super()._save(name, NoRoom(content.read()) if FULL["now"] else content)


def files_on(disk: Path) -> list[Path]:
    return [path for path in disk.rglob("*") if path.is_file()]


@pytest.fixture(autouse=True)
def disk(settings, tmp_path) -> Iterator[Path]:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": f"{__name__}.Disk",
            "OPTIONS": {"location": str(tmp_path / "files")},
        }
    }
    FULL["now"] = False
    yield tmp_path / "files"
    FULL["now"] = False


def test_the_disk_of_these_tests_is_the_one_in_use():
    assert isinstance(storages["default"], Disk)
    assert default_storage.__class__.__name__ in ("DefaultStorage", "Disk")


def test_r23_a_signed_file_that_finds_no_room_is_fetched_again_and_never_shown_half(opened, asha, disk):
    it = opened(asha)
    it.sign(0)
    before = files_on(disk)
    FULL["now"] = True
    for _ in range(8):  # more often than a crash is forgiven
        it.go_on()
    assert it.request.status == "sign_pending"
    assert "storage" in Api(it.request.created_by).get(f"signature/{it.request_id}/").json()["trouble"]
    assert not SignedFile.objects.exists()
    assert files_on(disk) == before, "what found no room is gone again"
    FULL["now"] = False
    for _ in range(3):
        it.go_on()
    assert it.request.status == "sign_complete"
    file = SignedFile.objects.get()
    content = blob_read(file.blob)
    assert len(content) == file.size > 1000


def test_r23_an_upload_that_finds_no_room_is_a_503_and_leaves_no_document(manager, disk):
    FULL["now"] = True
    boss = Api(manager)
    answer = boss.upload(make_pdf(40))
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_down")
    assert boss.get("status/").json() == []
    assert files_on(disk) == []
    FULL["now"] = False
    answer = boss.upload(make_pdf(40))
    assert answer.status_code == 201


@contextlib.contextmanager
def no_room_for(table: str) -> Iterator[None]:
    """PostgreSQL's words for a disk on which a row of this table finds no room."""

    def refuse(execute, sql, params, many, context):
        if f'INSERT INTO "{table}"' in sql:
            raise OperationalError("could not extend file: No space left on device")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


def test_r23_a_database_without_room_kills_no_job_and_leaves_one_live_request(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    with no_room_for("core_event"):
        for _ in range(8):  # more often than a crash is forgiven
            owed(request)
            run_due()
    job = job_of(request)
    assert (job.dead_at, job.crashes, job.failures) == (None, 0, 8)
    told = Api(manager).get(f"signature/{request.id}/").json()
    assert told["trouble"] == "The database failed. It is tried again."
    assert len(world.requests()) == 1, "the next try goes on with what the first has made"
    owed(request)
    run_due()
    assert reloaded(request).status == "sign_initiated"
    assert len(world.requests()) == 1


def test_a_ring_does_not_hurry_what_the_database_failed_at(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    with no_room_for("core_event"):
        run_due()
        jobs.ring(REQUEST_JOB, subject=request.id, cause="callback")
        assert run_due() == 0
    assert job_of(request).failures == 1
