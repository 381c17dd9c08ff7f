"""Files on a local disk: whole or not there, whoever else writes the same bytes, dies, or finds no room."""

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core import disk
from core.storage import blob_keep, blob_name, blob_read
from tests.processes import ROOT

CONTENT = os.urandom(200_000)
# Writes the bytes of its standard input as an upload would, and is killed by the kernel at the thousandth.
KILLED_IN_MID_WRITE = """
import resource, signal, sys
from uuid import UUID
from django.conf import settings
settings.configure(
    STORAGES={"default": {"BACKEND": sys.argv[3], "OPTIONS": {"location": sys.argv[1]}}}
)
from core.storage import blob_keep
content = sys.stdin.buffer.read()
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
blob_keep(organization_id=UUID(sys.argv[2]), content=content)
"""


@pytest.fixture(autouse=True)
def files(settings, tmp_path) -> Path:
    folder: Path = tmp_path / "files"
    settings.MEDIA_ROOT = str(folder)
    return folder


@pytest.fixture
def organization() -> UUID:
    return uuid4()


class Slow(ContentFile):  # type: ignore[type-arg]  # not subscriptable at run time
    """Bytes of which the second half is written when `go_on` is set; `half_way` when the first is."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.half_way, self.go_on = threading.Event(), threading.Event()

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        content = self.read()
        yield content[: len(content) // 2]
        self.half_way.set()
        assert self.go_on.wait(60)
        yield content[len(content) // 2 :]


class NoRoom(ContentFile):  # type: ignore[type-arg]  # not subscriptable at run time
    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield self.read()[:1000]
        raise OSError(errno.ENOSPC, "No space left on device")


def killed_in_mid_write(folder: Path, organization: UUID, content: bytes) -> None:
    backend = settings.STORAGES["default"]["BACKEND"]
    ended = subprocess.run(
        [sys.executable, "-c", KILLED_IN_MID_WRITE, str(folder), str(organization), backend],
        input=content,
        cwd=ROOT,
        check=False,
        timeout=60,
    )
    assert ended.returncode == -signal.SIGXFSZ


def on_disk(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_somebody_who_is_killed_while_writing_the_same_bytes_takes_nothing_from_a_slow_writer(
    files, organization
):
    """The slow one's row is committed when its writing has ended: its file must be there then."""
    name, slow = blob_name(organization_id=organization, content=CONTENT), Slow(CONTENT)
    writer = threading.Thread(target=default_storage.save, args=(name, slow))
    writer.start()
    assert slow.half_way.wait(60)
    killed_in_mid_write(files, organization, CONTENT)
    slow.go_on.set()
    writer.join(60)
    assert blob_read(name) == CONTENT


def test_somebody_who_is_killed_while_writing_it_again_leaves_the_file_that_rows_name(files, organization):
    name = blob_keep(organization_id=organization, content=CONTENT)
    killed_in_mid_write(files, organization, CONTENT)
    assert blob_read(name) == CONTENT


def test_what_is_half_written_is_not_there(files, organization):
    name = blob_name(organization_id=organization, content=CONTENT)
    killed_in_mid_write(files, organization, CONTENT)
    assert not default_storage.exists(name)
    assert default_storage.listdir("") == ([str(organization)], [])
    assert default_storage.listdir(str(organization)) == ([], [])


def test_a_disk_that_is_full_takes_nothing_away_and_keeps_nothing(files, organization):
    name = blob_keep(organization_id=organization, content=CONTENT)
    with pytest.raises(OSError, match="No space left"):
        default_storage.save(name, NoRoom(CONTENT))
    assert blob_read(name) == CONTENT
    assert on_disk(files) == [name]


def test_a_file_that_is_written_over_again_and_again_is_whole_whenever_it_is_read(organization):
    name, over = blob_keep(organization_id=organization, content=CONTENT), threading.Event()

    def write() -> None:
        for _ in range(50):
            blob_keep(organization_id=organization, content=CONTENT)
        over.set()

    writer = threading.Thread(target=write)
    writer.start()
    reads = 0
    while not over.is_set():
        assert blob_read(name) == CONTENT
        reads += 1
    writer.join(60)
    assert reads > 1


def test_what_the_dead_have_left_goes_within_a_day_and_what_the_living_write_stays(files, organization):
    killed_in_mid_write(files, organization, CONTENT)
    (left,) = (files / disk.PARTS).iterdir()
    blob_keep(organization_id=organization, content=b"%PDF- another")
    assert left.exists(), "somebody may be writing it"
    long_ago = left.stat().st_mtime - disk.PART_SECONDS - 1
    os.utime(left, (long_ago, long_ago))
    name = blob_keep(organization_id=organization, content=b"%PDF- another")
    assert on_disk(files) == [name]


def test_bytes_and_names_are_on_the_disk_before_a_row_can_name_them(files, organization, monkeypatch):
    steps: list[tuple[str, str]] = []
    fsync, replace = os.fsync, os.replace

    def seen_fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        assert path.is_dir() or path.stat().st_size == len(CONTENT)
        steps.append(("fsync", str(path.relative_to(files.parent))))
        fsync(descriptor)

    def seen_replace(part: Path, target: Path) -> None:
        steps.append(("replace", str(target.relative_to(files.parent))))
        replace(part, target)

    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(os, "replace", seen_replace)
    name = blob_keep(organization_id=organization, content=CONTENT)
    (first, part), *others = steps
    assert (first, Path(part).parent) == ("fsync", Path("files") / disk.PARTS)
    assert others == [
        ("replace", f"files/{name}"),
        ("fsync", f"files/{organization}"),
        ("fsync", "files"),
    ]


def test_every_organization_has_a_folder_for_us_alone(files):
    for name in (blob_keep(organization_id=uuid4(), content=CONTENT) for _ in range(2)):
        assert (files / name).stat().st_mode & 0o777 == 0o600
        assert (files / name).parent.stat().st_mode & 0o777 == 0o700
    assert (files / disk.PARTS).stat().st_mode & 0o777 == 0o700
