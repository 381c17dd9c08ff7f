"""A signed file and what was sent: trouble of ours with comparing them is no fault of the file's."""

import errno
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage

from core.disk import DiskFiles
from core.storage import blob_read
from signing.models import SignatureRequest, SignedFile
from signing.pdf import limits, sandbox
from signing.services.archive import ALIKE_MAX
from tests.builders import make_document, reloaded
from tests.signing.builders import ask, due_in, errors_logged, job_of, owed
from tests.standin.decoys import blank

Go = Callable[[], SignatureRequest]
SLEEPS = "import time\ntime.sleep(60)\n"
KILLED = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
OUT_OF_CPU = "import os, signal\nos.kill(os.getpid(), signal.SIGXCPU)\n"
OUT_OF_MEMORY = 'print(\'{"refused": "MemoryError"}\')\n'
DIES = "import os\nos.abort()\n"


@pytest.fixture
def signed(world, manager, asha, run_due) -> Go:
    """Everybody has signed. Works the request on, as if its due time had come."""
    request = ask(asha, by=manager, document=make_document(by=manager, content=blank("Rent"), pages=1))
    run_due()
    at_setu = world.requests()[0]
    world.sign(at_setu["id"], at_setu["signers"][0]["id"])

    def go_on() -> SignatureRequest:
        owed(request)
        run_due()
        return reloaded(request)

    return go_on


@pytest.fixture
def compared_by(world, monkeypatch, tmp_path) -> Callable[[str], None]:
    """A file that has to be compared is served as often as it takes, and this program compares it."""

    def plug(program: str) -> None:
        child = tmp_path / "child.py"
        child.write_text(program)
        monkeypatch.setattr(sandbox, "COMPARISON", [sandbox.COMMAND[0], str(child)])
        if program == SLEEPS:
            monkeypatch.setattr(limits, "COMPARE_WALL_SECONDS", 0.3)
        world.fault("wrong_file", times=ALIKE_MAX + 1)

    return plug


@pytest.mark.parametrize("program", [SLEEPS, KILLED], ids=["no time", "killed"])
def test_a_machine_too_busy_to_compare_quarantines_no_file_and_tries_ever_more_slowly(
    signed, compared_by, program, manager, as_user, caplog
):
    compared_by(program)
    waits = []
    for _ in range(ALIKE_MAX + 1):
        request = signed()
        assert (request.stage, request.bad_file_times) == ("archiving", 0)
        waits.append(due_in(request))
    job = job_of(request)
    assert (job.failures, job.crashes) == (ALIKE_MAX + 1, 0)
    assert waits == sorted(waits)
    assert waits[-1] > 100
    told: dict[str, Any] = as_user(manager).get(f"signature/{request.id}/").json()
    assert told["trouble"].startswith("The signed file cannot be compared now")
    assert errors_logged(caplog).count("archive.starved") == ALIKE_MAX + 1
    assert signed().status == "sign_complete"


@pytest.mark.parametrize("program", [OUT_OF_CPU, OUT_OF_MEMORY, DIES], ids=["cpu", "memory", "dies"])
def test_a_file_that_takes_more_than_its_share_counts(signed, compared_by, program):
    compared_by(program)
    assert signed().bad_file_times == 1
    for _ in range(ALIKE_MAX - 1):
        request = signed()
    assert (request.status, request.ending_reason) == ("quarantined", "not_comparable")


def test_where_the_setting_lets_files_pass_a_machine_that_can_never_compare_them_holds_none_up(
    signed, compared_by, settings, caplog
):
    settings.SIGNED_FILE_MUST_MATCH = False
    compared_by(KILLED)
    assert signed().status == "sign_complete"
    assert "archive.not_compared" in errors_logged(caplog)


def lost(request: SignatureRequest) -> None:
    default_storage.delete(request.document.blob)


def test_without_the_original_a_signed_file_is_quarantined_and_no_job_dies(signed, caplog):
    lost(SignatureRequest.objects.get())
    for _ in range(ALIKE_MAX):
        request = signed()
    assert (request.status, request.ending_reason) == ("quarantined", "not_comparable")
    assert (job_of(request).dead_at, job_of(request).crashes) == (None, 0)
    assert errors_logged(caplog).count("archive.original_lost") == ALIKE_MAX


def test_without_the_original_the_setting_still_brings_the_signed_file_home(signed, settings, caplog):
    settings.SIGNED_FILE_MUST_MATCH = False
    lost(SignatureRequest.objects.get())
    assert signed().status == "sign_complete"
    assert blob_read(SignedFile.objects.get().blob).startswith(b"%PDF-")
    assert "archive.not_compared" in errors_logged(caplog)


class Away(DiskFiles):
    """Is there, and hands out nothing."""

    def _open(self, name: str, mode: str = "rb") -> Any:
        raise OSError(errno.EIO, "Input/output error")


def test_a_storage_that_fails_just_now_is_waited_for_whatever_the_setting(signed, settings):
    settings.SIGNED_FILE_MUST_MATCH = False
    usual = settings.STORAGES
    options = {"location": settings.MEDIA_ROOT}
    settings.STORAGES = usual | {"default": {"BACKEND": f"{__name__}.Away", "OPTIONS": options}}
    for _ in range(ALIKE_MAX + 1):
        request = signed()
    assert (request.stage, request.bad_file_times, job_of(request).crashes) == ("archiving", 0, 0)
    assert "storage" in job_of(request).last_error
    settings.STORAGES = usual
    assert signed().status == "sign_complete"
