"""Is the signed file the document that was sent? Signatures tell that a file is whole, not which one it is.

Whether Setu keeps the bytes it was sent as the beginning of the signed file is not documented. Where it does, as
signing appends to a file, that is proof enough. Where it writes the file anew, the pages as the first person signed
them must show what was sent, in the same order; a stamp of Setu's may add words. What people who sign later change
on the pages is not judged here.
"""

from signing.pdf.sandbox import ask_comparison
from signing.pdf.verify import NotProven, PdfProof


def pdf_bind(content: bytes, *, proof: PdfProof, original: bytes, pages: int) -> None:
    """content: the signed file, of which `proof` was made. original: what was sent, with so many pages.

    Takes no time for a file that begins with the original, and at most COMPARE_WALL_SECONDS for another.
    Raises NotProven: wrong_page_count, another_document, not_comparable. Starved: nothing is known, try again.
    """
    if proof.pages != pages:
        raise NotProven("wrong_page_count", f"The file has {proof.pages} pages instead of {pages}.")
    if proof.first_signed > len(original) and content.startswith(original):
        return
    answer = ask_comparison(content[: proof.first_signed], original=original, pages=pages)
    if why := answer.get("refused"):
        raise NotProven("not_comparable", f"The file cannot be compared with what was sent: {why}.")
    if differs := answer.get("differs"):
        raise NotProven("another_document", f"The file is not the document that was sent: other {differs}.")
