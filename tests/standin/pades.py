"""Real PAdES B-B signatures by a throw-away authority.

Each signer adds one incremental revision with a signature field and its visible mark, so the file a
client downloads holds as many intact signatures as people who signed, and its beginning is, byte for
byte, the file that was uploaded. The certificates say what they are: no legal meaning.
pyHanko is imported on first use; it would otherwise be most of the start-up time.
"""

import asyncio
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.standin.clock import api_time

ORGANISATION = "Setu stand-in, no legal meaning"
LEAF_LIFE = timedelta(minutes=30)
LEAF_BACKDATE = timedelta(minutes=1)
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


class SigningFailed(Exception):
    """The document resists, for instance because its author forbade further signatures."""


class Authority:
    """A certificate authority that exists only for this stand-in."""

    def __init__(self, pem: bytes | None = None) -> None:
        """pem: what an earlier Authority's `pem` gave; without it a new authority is made."""
        if pem is None:
            self._key = ec.generate_private_key(ec.SECP256R1())
            self.certificate = self._root()
        else:
            key = serialization.load_pem_private_key(pem, password=None)
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                raise ValueError("not the stand-in's own key")
            self._key = key
            self.certificate = x509.load_pem_x509_certificate(pem)

    @property
    def pem(self) -> bytes:
        """Private key and certificate. A secret only in so far as nobody should trust it."""
        return _private(self._key) + self.certificate_pem

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, name: str, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        """A signer's certificate, valid from a minute ago for 30 minutes."""
        key = ec.generate_private_key(ec.SECP256R1())
        begins = now.replace(microsecond=0) - LEAF_BACKDATE
        usage = _usage(digital_signature=True, content_commitment=True)
        return (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(begins + LEAF_LIFE)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        ), key

    def _root(self) -> x509.Certificate:
        public = self._key.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(_name("Throw-away CA"))
            .issuer_name(_name("Throw-away CA"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(self._key, hashes.SHA256())
        )


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
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    from tests.standin.mark import MarkStyle, box_on, turns_on
    from tests.standin.more_marks import fill

    stamp, *further = stamps
    certificate, key = authority.issue(stamp.name, now)
    root = asn1_x509.Certificate.load(authority.certificate.public_bytes(serialization.Encoding.DER))
    leaf = asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    private = asn1_keys.PrivateKeyInfo.load(_private(key, serialization.Encoding.DER))

    writer: Any = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
    if writer.prev.encrypted:
        writer.encrypt(password or "")
    make_chain: Any = SimpleCertificateStore  # untyped in pyHanko
    chain = make_chain()
    chain.register(root)
    box: Any = box_on(writer, stamp)
    session = signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name=stamp.field_name,
            name=stamp.name,
            reason="Sandbox, not a legal signature",
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
        ),
        signers.SimpleSigner(leaf, private, chain),
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


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
        ]
    )


def _usage(**allowed: bool) -> x509.KeyUsage:
    every = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**{**every, **allowed})


def _private(
    key: ec.EllipticCurvePrivateKey, encoding: serialization.Encoding = serialization.Encoding.PEM
) -> bytes:
    return key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
