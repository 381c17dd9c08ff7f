"""Is this the signed file? Decided by its signatures' mathematics, never by who sent it.

Each signature must match the bytes it covers and have been made with the key of the certificate it carries;
the last one must cover the whole file, so that nothing was added after it, and each earlier one all that
there was when it was made. Whether a certificate comes from a licensed authority is not judged here, and
what signers may have changed between their signatures neither.

pyHanko's one-word verdict is not used: it is favourable to bytes added after the last signature, and
reaching it builds chains of trust and logs people's names on the way.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyhanko.sign.validation import EmbeddedPdfSignature

END = b"%%EOF"  # a file that was cut on its way lacks it
BROKEN_DIGESTS = frozenset({"md2", "md5", "sha1"})


class NotReadable(Exception):
    """Not a whole PDF, probably a bad transfer: fetch it again.

    reason: "empty", "not_a_pdf" or "unparsable".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotProven(Exception):
    """A whole file that is not the signed file we expect: keep it apart for an operator.

    reason_code: file_unreadable (whole as it seems, and no PDF that can be read), no_signatures (none of a kind
    that can be checked), wrong_signature_count,
    signature_unreadable, weak_algorithm, signature_not_intact (the bytes differ from those signed),
    signature_not_valid (not made with its certificate's key), signature_covers_a_part or
    bytes_after_signature; of `binding`: wrong_page_count, another_document or not_comparable.
    detail: a sentence for operators, without names.
    """

    def __init__(self, reason_code: str, detail: str) -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """signer_name: the certificate's common name, "" if it has none; personal data, not for logs.
    signed_at: by the signer's own clock, None if not told or told without a zone.
    field: the PDF form field that holds the signature.
    """

    signer_name: str
    signed_at: datetime | None
    field: str


@dataclass(frozen=True, slots=True)
class PdfProof:
    """The signatures, in the order they were made.

    pages: as many as the file says it has. first_signed: how many bytes there were when the first person signed.
    """

    signatures: tuple[SignatureFacts, ...]
    pages: int
    first_signed: int


def pdf_verify(content: bytes, *, signatures: int) -> PdfProof:
    """What a signed file proves. `signatures`: how many there must be, exactly; document timestamps don't
    count.

    Imports pyHanko when first called (0.3 s, 60 MB): for workers only.
    Raises NotReadable, NotProven.
    """
    found, pages = _signatures_in(content)
    if not found:
        raise NotProven("no_signatures", "The file holds no signature.")
    if len(found) != signatures or len({_end(signature) for signature in found}) != signatures:
        raise NotProven(
            "wrong_signature_count", f"The file holds {len(found)} signatures instead of {signatures}."
        )
    for signature in found:
        _check_mathematics(signature)
        _check_coverage(signature, size=len(content), last=signature is found[-1])
    return PdfProof(tuple(_facts(signature) for signature in found), pages=pages, first_signed=_end(found[0]))


def _signatures_in(content: bytes) -> "tuple[list[EmbeddedPdfSignature], int]":
    from pyhanko.pdf_utils.reader import PdfFileReader

    if not content:
        raise NotReadable("empty")
    if not content.startswith(b"%PDF-"):
        raise NotReadable("not_a_pdf")
    try:
        reader = PdfFileReader(BytesIO(content), strict=True)
        pages = int(reader.root["/Pages"]["/Count"])
    except Exception:  # a parser fed with broken input fails in many ways
        if content.rstrip().endswith(END):  # fetched as it is: fetching it again will not help
            raise NotProven("file_unreadable", "The file cannot be read.") from None
        raise NotReadable("unparsable") from None
    try:
        found = list(reader.embedded_regular_signatures)
        for signature in found:
            _end(signature)
    except Exception:
        raise NotProven("signature_unreadable", "The file's signatures cannot be read.") from None
    return sorted(found, key=_end), pages


def _end(signature: "EmbeddedPdfSignature") -> int:
    """Where the bytes covered by a signature end."""
    _, _, start, length = (int(number) for number in signature.byte_range)
    return start + length


def _check_mathematics(signature: "EmbeddedPdfSignature") -> None:
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    where = f"The signature in field {signature.field_name!r}"
    if signature.md_algorithm in BROKEN_DIGESTS:
        raise NotProven("weak_algorithm", f"{where} was made with a broken algorithm.")
    try:
        intact, valid = validate_sig_integrity(
            signature.signer_info,
            signature.signer_cert,
            expected_content_type="data",
            actual_digest=signature.compute_digest(),
        )
    except Exception:
        raise NotProven("signature_unreadable", f"{where} cannot be read.") from None
    if not intact:
        raise NotProven("signature_not_intact", f"{where} was made for other bytes: digest mismatch.")
    if not valid:
        raise NotProven("signature_not_valid", f"{where} was not made with its certificate's key.")


def _check_coverage(signature: "EmbeddedPdfSignature", *, size: int, last: bool) -> None:
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    where = f"The signature in field {signature.field_name!r}"
    start, length, resume, _ = (int(number) for number in signature.byte_range)
    # Only the signature itself, written in hexadecimal between < and >, may lie outside.
    gap = 2 * len(signature.pkcs7_content) + 2
    whole = start == 0 and resume - length == gap
    try:
        covered = signature.evaluate_signature_coverage()
    except Exception:
        raise NotProven("signature_unreadable", f"{where} cannot be read.") from None
    if not whole or covered < SignatureCoverageLevel.ENTIRE_REVISION:
        raise NotProven("signature_covers_a_part", f"{where} leaves out a part of what it signs.")
    if last and _end(signature) != size:
        raise NotProven("bytes_after_signature", f"{where} is the last, and more bytes follow it.")


def _facts(signature: "EmbeddedPdfSignature") -> SignatureFacts:
    subject: dict[str, Any] = {}
    signed_at = None
    with suppress(Exception):  # only claims: the proof does not hang on them
        subject = signature.signer_cert.subject.native
    with suppress(Exception):
        signed_at = signature.self_reported_timestamp
    name = subject.get("common_name", "")
    return SignatureFacts(
        signer_name=name if isinstance(name, str) else " ".join(map(str, name)),
        signed_at=signed_at if signed_at and signed_at.tzinfo else None,
        field=signature.field_name,
    )
