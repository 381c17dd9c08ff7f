"""The child process an inspection runs in, and the turns it takes."""

import subprocess
import sys
import threading
import time

import pytest

from signing.pdf import inspect
from signing.pdf.inspect import InspectionBusy, PdfRefused, pdf_inspect

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
    monkeypatch.setattr(inspect, "CHILD", child)
    refused = refusal(pdf())
    assert (refused.code, refused.why) == ("document_broken", "child died")


def test_a_child_that_says_nothing_is_the_files_fault(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text("")
    monkeypatch.setattr(inspect, "CHILD", child)
    assert refusal(pdf()).code == "document_broken"


def test_a_child_that_hangs_is_stopped(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(inspect, "CHILD", child)
    monkeypatch.setattr(inspect, "WALL_SECONDS", 0.3)
    refused = refusal(pdf())
    assert (refused.code, refused.why) == ("document_broken", "timeout")


def test_a_child_that_cannot_start_is_our_fault_and_blames_no_file(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text("import no_such_parser\n")
    monkeypatch.setattr(inspect, "CHILD", child)
    with pytest.raises(RuntimeError):
        inspected(pdf())


def test_the_child_sees_none_of_our_environment(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text(
        "import json, os\n"
        'print(json.dumps({"refused": "document_broken", "why": os.environ.get("SECRET", "unseen")}))\n'
    )
    monkeypatch.setenv("SECRET", "seen")
    monkeypatch.setattr(inspect, "CHILD", child)
    assert refusal(pdf()).why == "unseen"


def test_the_child_may_not_take_more_memory_than_its_limit():
    script = (
        "import importlib.util, sys\n"
        "spec = importlib.util.spec_from_file_location('child', sys.argv[1])\n"
        "child = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(child)\n"
        "child.limit_resources()\n"
        "bytearray(600 * 1024 * 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(inspect.CHILD)], capture_output=True, text=True, check=False
    )
    if sys.platform == "linux":
        assert done.returncode == 1
        assert "MemoryError" in done.stderr


def test_who_waits_too_long_for_a_turn_is_told_so(monkeypatch):
    monkeypatch.setattr(inspect, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(inspect, "WAIT_SECONDS", 0.05)
    with inspect._turns, pytest.raises(InspectionBusy):
        inspected(pdf())


def test_a_turn_is_given_back_after_each_inspection(monkeypatch):
    monkeypatch.setattr(inspect, "_turns", threading.BoundedSemaphore(1))
    for _ in range(2):
        assert refusal(b"%PDF-1.7\n").code == "document_broken"
    assert inspect._turns.acquire(blocking=False)


def test_an_inspection_is_quick():
    content = pdf(pages=20)
    inspected(content)
    started = time.monotonic()
    inspected(content)
    assert time.monotonic() - started < 2  # 0.2 s on a quiet machine
