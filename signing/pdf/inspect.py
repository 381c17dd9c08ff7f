"""The upload policy: which files may be sent for signing.

The rule is to refuse what is not plainly sound, and never to mend it: a signer must sign the very bytes that
were uploaded, and every program must show the same document for them.
"""

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHILD = Path(__file__).with_name("child.py")
WALL_SECONDS = 15.0
CHILDREN_AT_ONCE = 2
WAIT_SECONDS = 20.0
UNCAUGHT = 1  # how Python exits after an exception nobody caught

_turns = threading.BoundedSemaphore(CHILDREN_AT_ONCE)

DETAILS = {
    "document_empty": "The file is empty. Choose another file and upload it.",
    "document_too_large": "The file is too large: it may have at most {max_megabytes} MB.",
    "not_a_pdf": "The file is not a PDF. Save or export the document as a PDF and upload that.",
    "document_encrypted": (
        "The file is protected with a password. Save it without protection and upload it again."
    ),
    "document_broken": (
        "The file is damaged or unusual, so it may look different to different people. "
        'Open it, choose "Print" and "Save as PDF", and upload the new file.'
    ),
    "too_many_pages": "The document has too many pages: it may have at most {max_pages}.",
    "document_has_no_pages": "The document has no pages. Choose another file and upload it.",
}


class PdfRefused(Exception):
    """This file will not be sent for signing.

    code: a key of DETAILS. detail: a sentence for the person who uploaded it.
    why: a word for the log, about a broken file; never text out of it.
    """

    def __init__(self, code: str, detail: str, why: str = "") -> None:
        super().__init__(f"{code} ({why})" if why else code)
        self.code = code
        self.detail = detail
        self.why = why


class InspectionBusy(Exception):
    """All inspections are taken. Nothing is known about the file; try again in a few seconds."""


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """sizes: (width, height) of each page's media box in points, as written in the file, before rotation."""

    pages: int
    sizes: tuple[tuple[float, float], ...]


def pdf_inspect(content: bytes, *, max_bytes: int, max_pages: int) -> PdfFacts:
    """What there is to know about an uploaded file that may be signed.

    Takes about 0.2 s and at most 35: call it outside of any transaction.
    Raises PdfRefused, InspectionBusy.
    """
    refusal = _refusal_without_parsing(content, max_bytes)
    answer: dict[str, Any] = {"refused": refusal} if refusal else _ask_child(content, max_pages)
    if code := answer.get("refused"):
        limits = {"max_megabytes": f"{max_bytes / 1_000_000:g}", "max_pages": max_pages}
        raise PdfRefused(code, DETAILS[code].format(**limits), answer.get("why", ""))
    sizes = tuple((float(width), float(height)) for width, height in answer["sizes"])
    return PdfFacts(pages=len(sizes), sizes=sizes)


def _refusal_without_parsing(content: bytes, max_bytes: int) -> str:
    if not content:
        return "document_empty"
    if len(content) > max_bytes:
        return "document_too_large"
    # At byte 0: some programs read past a leading HTML page or ZIP archive, others show that instead.
    if not content.startswith(b"%PDF-"):
        return "not_a_pdf"
    return ""


def _ask_child(content: bytes, max_pages: int) -> dict[str, Any]:
    """The child's answer: {"sizes": …} or {"refused": code, "why": word}."""
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise InspectionBusy
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", "-B", str(CHILD), str(max_pages)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS,
            env={"LC_ALL": "C.UTF-8"},  # none of our secrets
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": "document_broken", "why": "timeout"}
    finally:
        _turns.release()
    if done.returncode == UNCAUGHT:
        # The child catches whatever a file can cause: this is our installation.
        raise RuntimeError("the PDF inspection does not start")
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    if done.returncode or not isinstance(answer, dict):
        return {"refused": "document_broken", "why": "child died"}
    return answer
