"""The child process that opens an uploaded file: two parsers, few resources, one line of JSON.

A PDF of 2 kB can unfold to gigabytes or keep a parser busy for ever, so nothing here may run in a process
that has other work. It is started as a bare file with `python -I`: it sees neither our settings nor our
packages, and must import nothing of ours.

Only the structure is read. Content streams are never decoded: that is where the bombs are.
"""

import json
import logging
import math
import resource
import sys
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pypdf

MEMORY = 512 * 1024 * 1024  # bytes of address space
CPU = 10  # seconds


class Refused(Exception):
    """Ends the inspection: `code` is one of PdfRefused's, `why` a word for the log."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.why = why


class Complaints(logging.Handler):
    """Counts what pypdf only warns about."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


def limit_resources() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (OSError, ValueError):  # macOS does not limit address space; the wall clock still does
            continue


def not_encrypted(pdf: pikepdf.Pdf) -> None:
    # A file with an owner password alone opens without one, and can still not be signed as it is.
    if pdf.is_encrypted:
        raise Refused("document_encrypted")


# What a document as a whole must be, each as a function that raises Refused.
RULES: tuple[Callable[[pikepdf.Pdf], None], ...] = (not_encrypted,)


def read_with_qpdf(content: bytes, max_pages: int) -> list[tuple[float, float]]:
    """Page sizes in points, as qpdf sees them."""
    try:
        # A repaired file is our guess at what its author meant, and others may guess otherwise.
        pdf = pikepdf.open(BytesIO(content), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise Refused("document_encrypted") from None
    with pdf:
        for rule in RULES:
            rule(pdf)
        declared = int(pdf.Root.Pages.Count)
        pages = len(pdf.pages)  # walks the page tree
        if pdf.get_warnings():
            raise Refused("document_broken", "page tree")
        if declared != pages:
            raise Refused("document_broken", "page count")
        if pages == 0:
            raise Refused("document_has_no_pages")
        if pages > max_pages:
            raise Refused("too_many_pages")
        sizes = [size_of([float(edge) for edge in page.mediabox]) for page in pdf.pages]
        if pdf.get_warnings():
            raise Refused("document_broken", "pages")
        return sizes


def size_of(box: list[float]) -> tuple[float, float]:
    left, bottom, right, top = box
    width, height = abs(right - left), abs(top - bottom)
    if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
        raise Refused("document_broken", "page size")
    return round(width, 2), round(height, 2)


def count_with_pypdf(content: bytes) -> int:
    complaints = Complaints()
    logger = logging.getLogger("pypdf")
    logger.addHandler(complaints)
    logger.propagate = False
    pages = len(pypdf.PdfReader(BytesIO(content), strict=True).pages)
    if complaints.count:
        raise Refused("document_broken", "second parser")
    return pages


def inspect(content: bytes, max_pages: int) -> dict[str, Any]:
    """The answer for the parent: {"sizes": [[width, height], …]} or {"refused": code, "why": word}."""
    try:
        sizes = read_with_qpdf(content, max_pages)
        # Two parsers that see different documents would let a signer sign another one than the sender saw.
        if count_with_pypdf(content) != len(sizes):
            raise Refused("document_broken", "parsers disagree")
    except Refused as refused:
        return {"refused": refused.code, "why": refused.why}
    except Exception as error:  # parsers fail in many ways, and each of them is the file's fault
        return {"refused": "document_broken", "why": type(error).__name__}
    return {"sizes": sizes}


if __name__ == "__main__":
    limit_resources()
    # Deep nesting ends as a RecursionError well before the C stack does.
    sys.setrecursionlimit(1000)
    print(json.dumps(inspect(sys.stdin.buffer.read(), int(sys.argv[1]))))  # noqa: T201
