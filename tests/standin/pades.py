"""Real PAdES B-B signatures by the throw-away authority.

Each signer adds one incremental revision with a signature field and its visible mark, so the file a
client downloads holds as many intact signatures as people who signed, and its beginning is, byte for
byte, the file that was uploaded. The certificates say what they are: no legal meaning.
pyHanko is imported on first use; it would otherwise be most of the start-up time.
"""

import asyncio
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import serialization

from tests.standin.authority import Authority, private_bytes
from tests.standin.clock import api_time

CMS_HEX_DIGITS = 10_000  # room kept for one signature; a real one takes about 4,000


class UnreadableDocument(ValueError):
    """Not a PDF we can sign. The text says why."""


@dataclass(frozen=True)
class Stamp:
    """Where one signer's mark goes, and who it names. Sizes in points."""

    field_name: str
    name: str
    page: int  # 1-based
    position: str
    height: float
    width: float
    box: tuple[float, float, float, float] | None = None  # in page units, instead of a corner and a size


class SigningFailed(Exception):
    """The document resists, for instance because its author forbade further signatures."""


def sign(
    content: bytes,
    stamps: list[Stamp],
    *,
    authority: Authority,
    now: datetime,
    password: str | None = None,
    reserve: Iterable[Stamp] = (),
) -> tuple[bytes, dict[str, str]]:
    """Add one signature, in one incremental revision.

    stamps: the signer's marks; the first carries the signature, the others need room `reserve`d before.
    reserve: with a document's first signature, the further marks of all its signers.
    Returns the longer file, and the certificate's facts as the audit shows them. Raises SigningFailed.
    """
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.general import SigningError

    from tests.standin.more_marks import reserve as make_room

    try:
        if room := list(reserve):
            content = make_room(content, room, password)
        return _signed(content, stamps, authority, now, password)
    except (PdfError, SigningError, ValueError, TypeError, KeyError, IndexError) as error:
        raise SigningFailed(str(error)) from error


def _signed(
    content: bytes, stamps: list[Stamp], authority: Authority, now: datetime, password: str | None
) -> tuple[bytes, dict[str, str]]:
    from asn1crypto import keys as asn1_keys
    from asn1crypto import x509 as asn1_x509
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

    from tests.standin.mark import MarkStyle, box_on, turns_on
    from tests.standin.more_marks import fill

    stamp, *further = stamps
    certificate, key = authority.issue(stamp.name, now)
    leaf = asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    private = asn1_keys.PrivateKeyInfo.load(private_bytes(key, serialization.Encoding.DER))

    writer: Any = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
    if writer.prev.encrypted:
        writer.encrypt(password or "")
    box: Any = box_on(writer, stamp)
    session = signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name=stamp.field_name,
            name=stamp.name,
            reason="Sandbox, not a legal signature",
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
        ),
        signers.SimpleSigner(leaf, private, authority.chain),
        stamp_style=MarkStyle(name=stamp.name, when=api_time(now), turns=turns_on(writer, stamp.page)),
        new_field_spec=fields.SigFieldSpec(stamp.field_name, on_page=stamp.page - 1, box=box),
    ).init_signing_session(writer)
    session.system_time = now
    if further:
        fill(writer, further, api_time(now))
    unsigned = session.prepare_tbs_document(validation_info=None, bytes_reserved=CMS_HEX_DIGITS)
    output: Any
    digest, output = unsigned.digest_tbs_document()
    attributes = PdfCMSSignedAttributes(signing_time=now)
    asyncio.run(unsigned.perform_signature(digest.document_digest, attributes))
    return output.getvalue(), {
        "issuer": certificate.issuer.rfc4514_string(),
        "serialNumber": str(certificate.serial_number),
        "validFrom": api_time(certificate.not_valid_before_utc),
        "validUpto": api_time(certificate.not_valid_after_utc),
    }


def page_count(content: bytes, password: str | None = None) -> int:
    """How many pages the PDF has. Raises UnreadableDocument, also if the password does not open it."""
    from pyhanko.pdf_utils.crypt import AuthStatus
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    if b"%PDF-" not in content[:1024]:
        raise UnreadableDocument("The document is not a PDF.")
    try:
        reader: Any = PdfFileReader(io.BytesIO(content), strict=False)
        if reader.encrypted and reader.decrypt(password or "").status == AuthStatus.FAILED:
            raise UnreadableDocument("The password does not open the document.")
        count = int(reader.root["/Pages"]["/Count"])
    except (PdfError, ValueError, TypeError, KeyError, IndexError, OSError, RecursionError) as error:
        raise UnreadableDocument("The document cannot be read.") from error
    if count < 1:
        raise UnreadableDocument("The document has no page.")
    return count


__all__ = ["Authority", "SigningFailed", "Stamp", "UnreadableDocument", "page_count", "sign"]
