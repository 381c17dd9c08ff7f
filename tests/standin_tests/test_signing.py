"""The signatures and marks in the file that comes back."""

import io
import time
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.standin import Clock, StandIn
from tests.standin.pades import Authority
from tests.standin_tests.client import Client, contract, error, esign, signer
from tests.standin_tests.pdf import fields, marks, signatures, sound

A4 = (595.27, 841.89)
MARGIN = 24
LABEL = b"Sandbox, not a legal signature".hex().encode()


def test_the_file_has_one_sound_signature_per_signer(setu: Client, standin: StandIn, clock: Clock) -> None:
    names = ("Asha Rao", "आशा राव", "A (very) \\ odd <name> " + "x" * 200)
    made = setu.made(*(signer(str(number), displayName=name) for number, name in enumerate(names)))
    for number in range(3):
        standin.sign(made["id"], str(number))
    content = setu.file(made["id"]).content
    assert sound(content, standin, clock.now()) == [True] * 3
    assert [field["/V"]["/Name"] for field in fields(content)] == list(names)


def test_the_file_begins_with_the_file_that_was_uploaded(setu: Client, standin: StandIn) -> None:
    made = setu.made()
    standin.sign(made["id"], "sgn-1")
    content = setu.file(made["id"]).content
    assert content.startswith(contract())
    assert len(content) > len(contract())


def test_a_changed_byte_breaks_the_signature(setu: Client, standin: StandIn, clock: Clock) -> None:
    made = setu.made()
    standin.sign(made["id"], "sgn-1")
    content = setu.file(made["id"]).content.replace(b"Contract, page 1", b"Contract, page 9")
    assert sound(content, standin, clock.now()) == [False]


def test_the_signature_is_pades_and_its_certificate_lives_half_an_hour(
    setu: Client, standin: StandIn, clock: Clock
) -> None:
    made = setu.made()
    standin.sign(made["id"], "sgn-1")
    content = setu.file(made["id"]).content
    assert fields(content)[0]["/V"]["/SubFilter"] == "/ETSI.CAdES.detached"
    (status,) = signatures(content, standin, clock.now())
    leaf = x509.load_der_x509_certificate(status.signing_cert.dump())
    assert (leaf.not_valid_after_utc - leaf.not_valid_before_utc).total_seconds() == 30 * 60
    assert leaf.not_valid_before_utc < clock.now() < leaf.not_valid_after_utc
    assert status.signer_reported_dt is not None
    assert abs((clock.now() - status.signer_reported_dt).total_seconds()) < 2
    assert "no legal meaning" in leaf.subject.rfc4514_string()


@pytest.mark.parametrize("position", ["top-left", "top-right", "bottom-left", "bottom-right"])
def test_the_mark_is_in_the_asked_corner(setu: Client, standin: StandIn, position: str) -> None:
    made = setu.made(signer(position=position, onPages=["2"]))
    standin.sign(made["id"], "sgn-1")
    ((page, (left, bottom, right, top), drawing),) = marks(setu.file(made["id"]).content)
    assert page == 2
    assert (round(right - left), round(top - bottom)) == (180, 60)
    assert (left == MARGIN) is position.endswith("left")
    assert (bottom == MARGIN) is position.startswith("bottom")
    assert right == pytest.approx(A4[0] - MARGIN, abs=0.5) or position.endswith("left")
    assert top == pytest.approx(A4[1] - MARGIN, abs=0.5) or position.startswith("bottom")
    assert LABEL in drawing
    assert b"Asha Rao".hex().encode() in drawing


@pytest.mark.parametrize(
    ("asked", "box"),
    [
        ({"height": 90}, (270, 90)),
        ({"width": 90}, (90, 30)),
        ({"height": 50, "width": 50}, (50, 50)),
        ({"height": 2000, "width": 2000}, (round(A4[0]) - 2 * MARGIN, round(A4[1]) - 2 * MARGIN)),
    ],
)
def test_the_mark_has_the_asked_size(
    setu: Client, standin: StandIn, asked: dict[str, int], box: tuple[int, int]
) -> None:
    made = setu.made(signer(**asked))
    standin.sign(made["id"], "sgn-1")
    ((_, (left, bottom, right, top), _),) = marks(setu.file(made["id"]).content)
    assert (round(right - left), round(top - bottom)) == box


def test_a_turned_page_has_its_mark_in_the_corner_the_reader_sees(setu: Client, standin: StandIn) -> None:
    document_id = setu.upload(contract(rotate=90)).json()["id"]
    made = setu.made(signer(position="top-left"), documentId=document_id)
    standin.sign(made["id"], "sgn-1")
    ((_, (left, bottom, right, top), _),) = marks(setu.file(made["id"]).content)
    assert (left, bottom) == (MARGIN, MARGIN)  # turned clockwise, the lower left comes to the upper left
    assert (round(right - left), round(top - bottom)) == (60, 180)


def test_a_signer_with_several_pages_has_a_mark_on_each(setu: Client, standin: StandIn, clock: Clock) -> None:
    document_id = setu.upload(contract(3)).json()["id"]
    asha = signer("a", onPages=["1", "3"], position="top-left")
    ravi = signer("b", onPages=["3", "2"], position="bottom-left", displayName="Ravi")
    made = setu.made(asha, ravi, documentId=document_id)
    standin.sign(made["id"], "b")
    standin.sign(made["id"], "a")
    content = setu.file(made["id"]).content
    drawn = [
        (page, "Asha" if b"Asha".hex().encode() in drawing else "Ravi")
        for page, _, drawing in marks(content)
        if LABEL in drawing
    ]
    assert sorted(drawn) == [(1, "Asha"), (2, "Ravi"), (3, "Asha"), (3, "Ravi")]
    assert sound(content, standin, clock.now()) == [True, True]


def test_signing_is_quick(setu: Client, standin: StandIn) -> None:
    made = setu.made(*(signer(str(number)) for number in range(11)))
    standin.sign(made["id"], "10")  # the first loads pyHanko
    begun = time.perf_counter()
    for number in range(10):
        standin.sign(made["id"], str(number))
    assert (time.perf_counter() - begun) / 10 < 0.3


def test_the_audit_tells_the_story(setu: Client, standin: StandIn) -> None:
    made = setu.made()
    setu.get(made["signers"][0]["url"], headers={"User-Agent": "Phone"})
    setu.submit(made, "sign")
    audit = setu.get(f"/api/signature/{made['id']}/audit", headers={"Accept": "application/json"}).json()
    assert set(audit) == {"id", "document", "events"}
    assert audit["document"] == {"id": made["documentId"], "name": "Offer letter"}
    events = audit["events"]
    assert [event["activity"] for event in events] == ["uploaded", "notified", "opened", "signed"]
    assert all(set(event) == {"createdAt", "activity", "metaData", "initator"} for event in events)
    assert all(set(event["initator"]) == {"name", "type", "userAgent", "IP"} for event in events)
    assert events[0]["createdAt"].startswith("2026-01-05 12:00:00.")
    assert events[1]["metaData"] == {"signers": [{"identifier": "sgn-1", "displayName": "Asha Rao"}]}
    assert events[2]["initator"]["userAgent"] == "Phone"
    assert set(events[3]["metaData"]["signatureDetails"]) == {
        *("aadhaarName", "aadhaarSuffix", "birthYear", "gender", "postalCode"),
        *("issuer", "serialNumber", "validFrom", "validUpto"),
    }


def locked(content: bytes, user: str) -> bytes:
    """The PDF, encrypted."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user=user))
    return out.getvalue()


@pytest.mark.parametrize("password", ["", "open sesame"])
def test_an_encrypted_document_can_be_signed(
    setu: Client, standin: StandIn, clock: Clock, password: str
) -> None:
    form = {"password": password} if password else {}
    document_id = setu.upload(locked(contract(), password), **form).json()["id"]
    made = setu.made(signer("a"), signer("b", onPages=["1", "2"]), documentId=document_id)
    standin.sign(made["id"], "a")
    standin.sign(made["id"], "b")
    content = setu.file(made["id"]).content
    assert sound(content, standin, clock.now(), password) == [True, True]


def test_an_encrypted_document_needs_its_password(setu: Client) -> None:
    content = locked(contract(), "open sesame")
    assert error(setu.upload(content)) == (400, "invalid_payload")
    assert error(setu.upload(content, password="wrong")) == (400, "invalid_payload")


def test_a_document_that_forbids_signing_fails_the_attempt(setu: Client, standin: StandIn) -> None:
    document_id = setu.upload(certified_final()).json()["id"]
    made = setu.made(documentId=document_id)
    setu.get(made["signers"][0]["url"])
    answer = setu.submit(made, "sign")
    assert "errCode=signature_creation_failure" in answer.headers["location"]
    assert setu.now(made["id"])["status"] == "sign_initiated"
    assert esign(standin.deliveries[0].body)["signers"][0]["errCode"] == "signature_creation_failure"


def certified_final() -> bytes:
    """A PDF whose author's signature permits no change at all."""
    authority, now = Authority(), datetime.now(UTC)
    certificate, key = authority.issue("Author", now)
    der = serialization.Encoding.DER
    no_chain: Any = SimpleCertificateStore  # untyped in pyHanko
    private = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    author = signers.SimpleSigner(
        asn1_x509.Certificate.load(certificate.public_bytes(der)),
        asn1_keys.PrivateKeyInfo.load(private),
        no_chain(),
    )
    meta = signers.PdfSignatureMetadata(
        field_name="Author", certify=True, docmdp_permissions=MDPPerm.NO_CHANGES
    )
    out = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(contract())), meta, author)
    content: bytes = out.getvalue()
    return content
