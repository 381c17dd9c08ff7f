"""The child process an inspection runs in, and the turns it takes."""

import subprocess
import sys
import time

import pytest

from signing.pdf import child as child_module
from signing.pdf import inspect, limits, sandbox
from signing.pdf.inspect import InspectionBusy, PdfRefused, pdf_inspect
from signing.pdf.turns import Turns

from .signing_helper import pdf


def inspected(content: bytes, max_bytes: int = 20_000_000, max_pages: int = 500):
    return pdf_inspect(content, max_bytes=max_bytes, max_pages=max_pages)


def refusal(content: bytes, **limits: int) -> PdfRefused:
    with pytest.raises(PdfRefused) as caught:
        inspected(content, **limits)
    return caught.value


def test_a_child_that_dies_is_the_files_fault(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    monkeypatch.setattr(sandbox, "COMMAND", [sys.executable, str(child)])
    refused = refusal(pdf())
    assert (refused.code, refused.why) == ("document_broken", "child died")


def test_a_child_that_says_nothing_is_the_files_fault(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text("")
    monkeypatch.setattr(sandbox, "COMMAND", [sys.executable, str(child)])
    assert refusal(pdf()).code == "document_broken"


def test_a_child_that_hangs_is_stopped(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(sandbox, "COMMAND", [sys.executable, str(child)])
    monkeypatch.setattr(limits, "WALL_SECONDS", 0.3)
    refused = refusal(pdf())
    assert (refused.code, refused.why) == ("document_too_complex", "timeout")


def test_a_child_that_cannot_start_is_our_fault_and_blames_no_file(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text("import no_such_parser\n")
    monkeypatch.setattr(sandbox, "COMMAND", [sys.executable, str(child)])
    with pytest.raises(RuntimeError):
        inspected(pdf())


def test_the_child_sees_none_of_our_environment(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text(
        "import json, os\n"
        'print(json.dumps({"refused": "document_broken", "why": os.environ.get("SECRET", "unseen")}))\n'
    )
    monkeypatch.setenv("SECRET", "seen")
    monkeypatch.setattr(sandbox, "COMMAND", [sys.executable, str(child)])
    assert refusal(pdf()).why == "unseen"


def limited(code: str) -> "subprocess.CompletedProcess[str]":
    """Run code in a process that has limited itself as the child does."""
    script = f"from signing.pdf import child\nchild.limit_resources()\n{code}"
    return subprocess.run(
        [sys.executable, "-P", "-c", script],
        env={"PYTHONPATH": str(sandbox.ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits address space")
def test_the_child_may_not_take_more_memory_than_its_limit():
    done = limited("bytearray(600 * 1024 * 1024)")
    assert done.returncode == 1
    assert "MemoryError" in done.stderr


def test_the_child_may_write_no_file(tmp_path):
    path = tmp_path / "x"
    done = limited(f"import pathlib; pathlib.Path({str(path)!r}).write_text('x')")
    assert done.returncode != 0
    assert path.read_text() == ""


def test_the_child_ends_at_its_limit_of_cpu_time_and_the_file_is_told_so(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text(
        f"import resource, sys\nsys.path.insert(0, {str(sandbox.ROOT)!r})\nfrom signing.pdf import child, limits\n"
        "limits.CPU_SECONDS = 1\nchild.limit_resources()\nwhile True: pass\n"
    )
    monkeypatch.setattr(sandbox, "COMMAND", [sys.executable, str(child)])
    refused = refusal(pdf())
    assert (refused.code, refused.why) == ("document_too_complex", "time")


def test_the_child_ends_by_itself_when_nobody_is_left_to_stop_it(monkeypatch):
    monkeypatch.setattr(limits, "WALL_SECONDS", 0.1)
    done = limited("from signing.pdf import limits\nimport signal\nprint(signal.alarm(0))")
    assert 0 < int(done.stdout) <= 17


def test_the_child_yields_to_those_who_answer_requests():
    assert int(limited("import os; print(os.nice(0))").stdout) >= limits.NICE


def test_the_child_knows_neither_django_nor_our_settings():
    names = "print(sorted({name.split('.')[0] for name in sys.modules} & {'django', 'signflow', 'core', 'httpx'}))"
    assert limited(f"import sys; {names}").stdout.strip() == "[]"
    assert child_module.inspect(pdf(), 500) == {"sizes": [(595.0, 842.0)]}


def test_a_child_that_talks_without_end_fills_no_memory(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text("import sys\nwhile True: sys.stdout.write('x' * 65536)\n")
    monkeypatch.setattr(sandbox, "COMMAND", [sys.executable, str(child)])
    refused = refusal(pdf())
    assert (refused.code, refused.why) == ("document_too_complex", "talkative")


def test_who_finds_no_turn_is_told_so_and_the_turn_is_given_back_after_each_inspection(monkeypatch):
    monkeypatch.setattr(inspect, "_turns", Turns(at_once=1, waiting=0))
    for _ in range(2):
        assert (
            refusal(pdf()[:-40] + pdf()[-40:].replace(b"startxref", b"startxrev")).code == "document_broken"
        )
        assert inspected(pdf()).pages == 1
    with inspect._turns.one("somebody"), pytest.raises(InspectionBusy):
        inspected(pdf())


def test_an_inspection_is_quick():
    content = pdf(pages=20)
    inspected(content)
    started = time.monotonic()
    inspected(content)
    assert time.monotonic() - started < 2  # 0.2 s on a quiet machine
