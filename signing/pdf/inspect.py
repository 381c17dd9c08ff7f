"""The upload policy: which files may be sent for signing.

The rule is to refuse what is not plainly sound, and never to mend it: a signer must sign the very bytes that
were uploaded, and every program must show the same document for them.
"""

import re
from dataclasses import dataclass
from typing import Any

from signing.pdf import limits, turns
from signing.pdf.sandbox import ask_child

PRINT_IT = 'Open it, choose "Print" and "Save as PDF", and upload the new file.'
DETAILS = {
    "document_empty": "The file is empty. Choose another file and upload it.",
    "document_too_large": (
        "The file is too large: it may have at most {max_megabytes} MB. Save it in a smaller size, "
        "with its pictures at a lower resolution, and upload it again."
    ),
    "not_a_pdf": "The file is not a PDF. Save or export the document as a PDF and upload that.",
    "document_encrypted": (
        "The file is protected with a password. Save it without protection and upload it again."
    ),
    "document_broken": (
        "The file is damaged or unusual, so it may look different to different people. " + PRINT_IT
    ),
    "document_too_complex": "Checking the file takes too much time or memory. " + PRINT_IT,
    "too_many_pages": (
        "The document has too many pages: it may have at most {max_pages}. Split it into several files."
    ),
    "document_has_no_pages": "The document has no pages. Choose another file and upload it.",
    "document_signed": (
        "The document carries a digital signature already, which further signing could break. "
        "Upload the document as it was before it was signed."
    ),
    "document_has_scripts": (
        "The file holds scripts or buttons that act by themselves or send data, so what people sign might change. "
        + PRINT_IT
    ),
    "document_opens_files": "The file holds links that open other files or programs. " + PRINT_IT,
    "document_has_attachments": (
        "The file carries other files within it, which signers would not see. Remove the attachments, or: "
        + PRINT_IT
    ),
    "document_has_media": "The file holds sound, video or 3D content, which cannot be signed. " + PRINT_IT,
    "document_has_xfa": (
        "The file is a dynamic form (XFA), which many programs do not show. Fill it in. " + PRINT_IT
    ),
}
HEADER = re.compile(rb"%PDF-[12]\.[0-9][ \t]*[\r\n]")
TAIL = re.compile(rb"startxref[\r\n ]+[0-9]{1,10}[\r\n ]+%%EOF[\r\n ]{0,8}\Z")

_turns = turns.Turns()


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


def pdf_inspect(content: bytes, *, max_bytes: int, max_pages: int, owner: str = "") -> PdfFacts:
    """What there is to know about an uploaded file that may be signed.

    owner: whose file it is; one owner's files do not keep the others waiting.
    Takes about 0.3 s and at most 20: call it outside of any transaction.
    Raises PdfRefused, InspectionBusy.
    """
    refusal, why = _refusal_without_parsing(content, max_bytes)
    if refusal:
        answer: dict[str, Any] = {"refused": refusal, "why": why}
    else:
        try:
            with _turns.one(owner):
                answer = ask_child(content, max_pages=max_pages)
        except turns.Busy:
            raise InspectionBusy from None
    if code := answer.get("refused"):
        mega = 2**20 if max_bytes % 2**20 == 0 else 1_000_000
        numbers = {"max_megabytes": f"{max_bytes / mega:g}", "max_pages": max_pages}
        raise PdfRefused(code, DETAILS[code].format(**numbers), answer.get("why", ""))
    sizes = tuple((float(width), float(height)) for width, height in answer["sizes"])
    return PdfFacts(pages=len(sizes), sizes=sizes)


def _refusal_without_parsing(content: bytes, max_bytes: int) -> tuple[str, str]:
    if not content:
        return "document_empty", ""
    if len(content) > max_bytes:
        return "document_too_large", ""
    # At byte 0: some programs read past a leading HTML page or ZIP archive, others show that instead.
    if not content.startswith(b"%PDF-"):
        return "not_a_pdf", ""
    if not HEADER.match(content):
        return "document_broken", "header"
    # Some programs read on after the end, and find a second document or an archive there.
    if not TAIL.search(content[-limits.TAIL_BYTES :]):
        return "document_broken", "tail"
    return "", ""
