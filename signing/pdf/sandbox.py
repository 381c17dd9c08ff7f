"""Runs the child process that opens a file, and believes nothing of it but a short answer in time."""

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from signing.pdf import limits

ROOT = Path(__file__).resolve().parents[2]
# Without the working folder, the user's packages and written byte code.
COMMAND = [sys.executable, "-P", "-s", "-B", "-m", "signing.pdf.child"]
COMPARISON = [*COMMAND[:-1], "signing.pdf.compare"]
UNCAUGHT = 1  # how Python exits after an exception nobody caught
# How a child ends by somebody else's hand: the kernel's where memory is short, the platform's at a stop.
KILLED = (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP)


class TalksTooMuch(Exception):
    """The child said more than any answer takes."""


class Starved(Exception):
    """The child was stopped before it had used what it may: a busy machine, or somebody's kill. Try again.

    reason: "timeout" (by the wall's clock) or "killed".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def ask_child(content: bytes, *, max_pages: int) -> dict[str, Any]:
    """The child's answer: {"sizes": …} or {"refused": code, "why": word}. Raises RuntimeError: it cannot start.

    A file whose child starves is refused: whoever uploads it waits for the answer, and can upload it again.
    """
    try:
        return _asked([*COMMAND, str(max_pages)], content, seconds=limits.WALL_SECONDS)
    except Starved as starved:
        if starved.reason == "timeout":
            return {"refused": "document_too_complex", "why": "timeout"}
        return {"refused": "document_broken", "why": "child died"}


def ask_comparison(signed: bytes, *, original: bytes, pages: int) -> dict[str, Any]:
    """As ask_child, with the answer {"differs": word, empty for nothing} instead of sizes. Raises Starved as well.

    pages: of the original; the more there are, the more time they may take.
    """
    command = [*COMPARISON, str(len(original)), str(pages)]
    return _asked(command, original + signed, seconds=limits.COMPARE_WALL_SECONDS)


def _asked(command: list[str], content: bytes, *, seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        with subprocess.Popen(  # noqa: S603
            command,
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)},  # none of our secrets
        ) as process:
            try:
                said = _said(process, until=time.monotonic() + seconds)
            except TalksTooMuch:
                return {"refused": "document_too_complex", "why": "talkative"}
            finally:
                process.kill()  # no effect on one that has ended
    if process.returncode == UNCAUGHT:
        # The child catches whatever a file can cause: this is our installation.
        raise RuntimeError("the PDF inspection does not start")
    if process.returncode == -signal.SIGALRM:  # its own, in case that nobody is left to stop it
        raise Starved("timeout")
    if process.returncode in KILLED:
        raise Starved("killed")
    if process.returncode == -signal.SIGXCPU:
        return {"refused": "document_too_complex", "why": "time"}
    return (
        _answer_in(said) if process.returncode == 0 else {"refused": "document_broken", "why": "child died"}
    )


def _said(process: "subprocess.Popen[bytes]", *, until: float) -> bytes:
    """All of its standard output, until it has ended. Raises TalksTooMuch, Starved."""
    assert process.stdout is not None  # noqa: S101  # asked for above
    said = bytearray()
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        while piece := _piece(process.stdout.fileno(), waiting, until):
            said += piece
            if len(said) > limits.ANSWER_BYTES:
                raise TalksTooMuch
    try:
        process.wait(timeout=max(0.1, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise Starved("timeout") from None
    return bytes(said)


def _piece(fd: int, waiting: selectors.BaseSelector, until: float) -> bytes:
    if not waiting.select(max(0.0, until - time.monotonic())):
        raise Starved("timeout")
    return os.read(fd, 65_536)


def _answer_in(said: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        answer = None
    return answer if isinstance(answer, dict) else {"refused": "document_broken", "why": "child died"}
