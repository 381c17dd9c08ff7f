from datetime import UTC, datetime, timedelta

import pytest

from signing.pdf.verify import NotProven, NotReadable, pdf_verify

from .signing_helper import pdf, sign, signed_by


def reason_code(content: bytes, signatures: int) -> str:
    with pytest.raises(NotProven) as caught:
        pdf_verify(content, signatures=signatures)
    assert caught.value.detail.endswith(".")
    return caught.value.reason_code


def reason(content: bytes) -> str:
    with pytest.raises(NotReadable) as caught:
        pdf_verify(content, signatures=1)
    return caught.value.reason


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.fixture(scope="module")
def once() -> bytes:
    return signed_by("Asha Rao")


@pytest.fixture(scope="module")
def twice() -> bytes:
    return signed_by("Asha Rao", "Ravi Sen")


def test_one_signature_is_proven_with_its_signer_and_time(once):
    (facts,) = pdf_verify(once, signatures=1).signatures
    assert facts.signer_name == "Asha Rao"
    assert facts.field == "Signer1"
    assert facts.signed_at is not None
    assert abs(datetime.now(UTC) - facts.signed_at) < timedelta(minutes=5)


def test_two_signatures_come_in_the_order_they_were_made(twice):
    names = [facts.signer_name for facts in pdf_verify(twice, signatures=2).signatures]
    assert names == ["Asha Rao", "Ravi Sen"]


def test_an_unsigned_file_proves_nothing():
    assert reason_code(pdf(), 1) == "no_signatures"


@pytest.mark.parametrize("expected", [0, 1, 3])
def test_any_other_number_of_signatures_is_refused(twice, expected):
    assert reason_code(twice, expected) == "wrong_signature_count"


def test_an_earlier_revision_of_the_file_lacks_a_signature(once):
    later = sign(once, name="Ravi Sen", field="Signer2")
    assert later.startswith(once)
    assert reason_code(later[: len(once)], 2) == "wrong_signature_count"


def test_one_signature_shown_in_two_fields_counts_once(once):
    # Two fields of the form that hold the very same signature.
    again = once.replace(b"/Fields [ 10 0 R ]", b"/Fields [ 10 0 R 10 0 R ]")
    assert again != once
    assert pdf_verify(once, signatures=1)
    with pytest.raises((NotProven, NotReadable)):
        pdf_verify(again, signatures=2)


def test_a_changed_byte_inside_the_signed_range_is_seen(once):
    # Inside the binary comment of the header: the file still parses as it did.
    at = once.index(b"%", 5) + 2
    assert reason_code(flipped(once, at), 1) == "signature_not_intact"


def test_a_change_below_the_first_of_two_signatures_is_seen(twice):
    at = twice.index(b"%", 5) + 2
    assert reason_code(flipped(twice, at), 2) == "signature_not_intact"


def test_a_signature_made_with_another_key_is_seen(once):
    # The last value of a CMS signature by an elliptic-curve key is the signature itself.
    start = once.index(b"/Contents <") + len(b"/Contents <")
    end = once.index(b">", start)
    used = len(once[start:end].rstrip(b"0"))
    last = start + used - 4
    other = b"7" if once[last : last + 1] != b"7" else b"3"
    assert reason_code(once[:last] + other + once[last + 1 :], 1) == "signature_not_valid"


def test_an_update_appended_after_the_last_signature_is_seen(once):
    from io import BytesIO

    from pyhanko.pdf_utils.generic import pdf_name, pdf_string
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(BytesIO(once))
    writer.root[pdf_name("/Lang")] = pdf_string("hi")
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    assert reason_code(out.getvalue(), 1) == "bytes_after_signature"


def test_a_comment_appended_after_the_last_signature_is_seen(once):
    assert reason_code(once + b"% nothing to see\n", 1) == "bytes_after_signature"


def test_a_signature_over_a_part_only_is_refused(once):
    # The range is told by the file itself; here it claims to start later.
    assert reason_code(once.replace(b"/ByteRange [0 ", b"/ByteRange [9 ", 1), 1) in {
        "signature_not_intact",
        "signature_covers_a_part",
    }


def test_a_garbled_signature_is_refused(once):
    start = once.index(b"/Contents <") + len(b"/Contents <")
    assert reason_code(once[:start] + b"ffffffff" + once[start + 8 :], 1) == "signature_unreadable"


def test_a_signature_of_a_kind_we_cannot_check_is_none(once):
    old = once.replace(b"/ETSI.CAdES.detached", b"/adbe.x509.rsa_sha1 ", 1)
    assert old != once
    assert reason_code(old, 1) == "no_signatures"


def test_a_signature_over_a_broken_digest_is_refused():
    weak = sign(pdf(), name="Asha Rao", field="Signer1", md="sha1")
    assert reason_code(weak, 1) == "weak_algorithm"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"<html><body>Access denied</body></html>", "not_a_pdf"),
        (b"PK\x03\x04 and so on", "not_a_pdf"),
        (b"%PDF-1.7\n", "unparsable"),
    ],
)
def test_what_is_no_pdf_has_to_be_fetched_again(content, expected):
    assert reason(content) == expected


def test_what_seems_whole_and_cannot_be_read_is_not_fetched_for_ever(once):
    start = once.rindex(b"startxref")
    assert reason_code(once[:start] + b"startxref\n0\n%%EOF\n", 1) == "file_unreadable"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_has_to_be_fetched_again(once, share):
    assert reason(once[: int(len(once) * share)]) == "unparsable"
