"""The throw-away certificate authority whose certificates say what they are: no legal meaning."""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ORGANISATION = "Setu stand-in, no legal meaning"
LEAF_LIFE = timedelta(minutes=30)
LEAF_BACKDATE = timedelta(minutes=1)


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
        return private_bytes(self._key) + self.certificate_pem

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

    @cached_property
    def chain(self) -> Any:
        """The authority's certificate as pyHanko wants it."""
        from asn1crypto import x509 as asn1_x509
        from pyhanko_certvalidator.registry import SimpleCertificateStore

        make: Any = SimpleCertificateStore  # untyped in pyHanko
        store = make()
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        store.register(asn1_x509.Certificate.load(der))
        return store

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


def private_bytes(
    key: ec.EllipticCurvePrivateKey, encoding: serialization.Encoding = serialization.Encoding.PEM
) -> bytes:
    return key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
