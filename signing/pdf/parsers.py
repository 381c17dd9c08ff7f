"""Two parsers read the structure of a file, and must see the same document.

A file that programs read differently would let a signer sign another document than the sender saw. Nothing is mended:
a repaired file is our guess at what its author meant.
"""

import logging
import math
import re
from collections.abc import Iterable
from io import BytesIO
from typing import NamedTuple

import pikepdf
import pypdf

from signing.pdf import forbidden, limits


class Refused(Exception):
    """Ends the inspection: `code` is one of PdfRefused's, `why` a word for the log."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.why = why


class Page(NamedTuple):
    """Which object of the file it is, and its media box in points."""

    number: int
    generation: int
    width: float
    height: float


# What pypdf says of every linearized and updated file. When strict it corrects nothing then: it compares each object's
# number with the table's, and fails where they differ.
HARMLESS_TO_PYPDF = ("Xref table not zero-indexed", "Superfluous whitespace found in object header")

# Nothing points at a cross-reference stream by its number; pypdf itself leaves it out of updates.
NOT_IN_ITS_OWN_TABLE = "xref entry for the xref stream itself is missing"
# More than there are: the rest is empty, for every program. Fewer would hide objects from some.
SIZE = re.compile(r"reported number of objects \((\d+)\) is not one plus the highest object number \((\d+)\)")


class Complaints(logging.Handler):
    """Counts what pypdf only warns about."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        if not record.getMessage().startswith(HARMLESS_TO_PYPDF):
            self.count += 1


def pages_of(content: bytes, max_pages: int) -> list[Page]:
    """The document's pages. Raises Refused, and whatever parsers raise."""
    try:
        pdf = pikepdf.open(BytesIO(content), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise Refused("document_encrypted") from None
    with pdf:
        # A file with an owner password alone opens without one, and can still not be signed as it is.
        if pdf.is_encrypted or "/Encrypt" in pdf.trailer:
            raise Refused("document_encrypted")
        if int(pdf.trailer.get("/Size", 0)) > limits.OBJECTS:
            raise Refused("document_too_complex", "objects")
        pages = _pages_by_qpdf(pdf, max_pages)
        if _pages_by_pypdf(content) != pages:
            raise Refused("document_broken", "parsers disagree")
        code = forbidden.verdict(pdf)
        _no_warnings(pdf, "objects")
        if code:
            raise Refused(code)
    return pages


def _pages_by_qpdf(pdf: pikepdf.Pdf, max_pages: int) -> list[Page]:
    declared = int(pdf.Root.Pages.Count)
    pages = len(pdf.pages)  # walks the page tree
    _no_warnings(pdf, "page tree")
    if declared != pages:
        raise Refused("document_broken", "page count")
    if pages == 0:
        raise Refused("document_has_no_pages")
    if pages > max_pages:
        raise Refused("too_many_pages")
    found = [_page(*page.obj.objgen, map(float, page.mediabox)) for page in pdf.pages]
    _no_warnings(pdf, "pages")
    return found


def _no_warnings(pdf: pikepdf.Pdf, why: str) -> None:
    if not all(_is_harmless(str(warning)) for warning in pdf.get_warnings()):
        raise Refused("document_broken", why)


def _is_harmless(warning: str) -> bool:
    size = SIZE.search(warning)
    return NOT_IN_ITS_OWN_TABLE in warning or bool(size and int(size[1]) > int(size[2]))


def _pages_by_pypdf(content: bytes) -> list[Page]:
    complaints = Complaints()
    logger = logging.getLogger("pypdf")
    logger.addHandler(complaints)
    logger.propagate = False
    found = []
    for page in pypdf.PdfReader(BytesIO(content), strict=True).pages:
        if page.indirect_reference is None:
            raise Refused("document_broken", "second parser")
        at = page.indirect_reference
        found.append(_page(at.idnum, at.generation, map(float, page.mediabox)))
    if complaints.count:
        raise Refused("document_broken", "second parser")
    return found


def _page(number: int, generation: int, box: Iterable[float]) -> Page:
    left, bottom, right, top = box
    width, height = abs(right - left), abs(top - bottom)
    if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
        raise Refused("document_broken", "page size")
    return Page(number, generation, round(width, 2), round(height, 2))
