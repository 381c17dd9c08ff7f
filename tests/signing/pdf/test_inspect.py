import time

import pikepdf
import pytest

from signing.pdf.inspect import DETAILS, PdfRefused, pdf_inspect

from .file_builders import (
    BROKEN,
    CATALOGUE,
    PAGE,
    TREE,
    blank,
    bomb,
    packed_catalogue,
    saved,
    written_by_hand,
)
from .signing_helper import pdf


def inspected(content: bytes, max_bytes: int = 20_000_000, max_pages: int = 500):
    return pdf_inspect(content, max_bytes=max_bytes, max_pages=max_pages)


def refusal(content: bytes, **limits: int) -> PdfRefused:
    with pytest.raises(PdfRefused) as caught:
        inspected(content, **limits)
    return caught.value


# What is taken


def test_an_honest_file_is_measured():
    facts = inspected(pdf(pages=3))
    assert facts.pages == 3
    assert facts.sizes == ((595.0, 842.0),) * 3


def test_a_file_with_compressed_objects_is_taken():
    compact = saved(blank(2), object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert inspected(compact).pages == 2


def test_the_hand_written_file_is_sound_so_the_others_fail_for_their_own_reason():
    assert inspected(written_by_hand(CATALOGUE, TREE % 1, PAGE % b"")).pages == 1


def test_as_many_pages_as_allowed_are_taken():
    assert inspected(saved(blank(500))).pages == 500


def test_a_bomb_in_a_content_stream_is_not_set_off():
    assert inspected(bomb()).pages == 1


# What is refused


def test_an_empty_file():
    assert refusal(b"").code == "document_empty"


def test_a_file_over_the_limit_is_told_the_limit():
    refused = refusal(pdf(), max_bytes=1_000)
    assert refused.code == "document_too_large"
    assert "0.001 MB" in refused.detail


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html></html>",
        b"PK\x03\x04\x14\x00\x06\x00",
        b"<!DOCTYPE html>\n" + pdf(),
        b"PK\x03\x04" + pdf(),
        b"\n" + pdf(),
        b"\xef\xbb\xbf" + pdf(),
    ],
    ids=["html", "zip", "html then pdf", "zip then pdf", "line then pdf", "byte order mark then pdf"],
)
def test_a_file_that_does_not_begin_as_a_pdf(content):
    assert refusal(content).code == "not_a_pdf"


@pytest.mark.parametrize("share", [0.05, 0.5, 0.97])
def test_a_truncated_file(share):
    whole = pdf()
    assert refusal(whole[: int(len(whole) * share)]).code == "document_broken"


@pytest.mark.parametrize("user", ["", "open sesame"], ids=["owner password only", "user password"])
def test_a_protected_file(user):
    protected = saved(blank(1), encryption=pikepdf.Encryption(owner="owner", user=user))
    refused = refusal(protected)
    assert refused.code == "document_encrypted"
    assert "password" in refused.detail


def test_more_pages_than_allowed():
    refused = refusal(saved(blank(501)))
    assert refused.code == "too_many_pages"
    assert "500" in refused.detail


def test_a_file_without_pages():
    assert refusal(saved(blank(0))).code == "document_has_no_pages"


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file(content):
    refused = refusal(content)
    assert refused.code == "document_broken"
    assert refused.why


def test_a_page_tree_that_unfolds_to_millions_of_pages_is_refused_in_time():
    shared = [CATALOGUE, b"<< /Type /Pages /Kids [%s] /Count 10000000 >>" % (b"3 0 R " * 10)]
    for number in range(3, 9):
        kids = b"%d 0 R " % (number + 1) * 10
        shared.append(b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, 10 ** (9 - number)))
    shared.append(b"<< /Type /Page /MediaBox [0 0 595 842] >>")
    started = time.monotonic()
    assert refusal(written_by_hand(*shared)).code in {"document_broken", "too_many_pages"}
    assert time.monotonic() - started < 5


def test_a_bomb_in_an_object_stream_is_contained():
    # Object streams must be unfolded to read the structure at all: here the child's limits hold.
    assert inspected(packed_catalogue(blanks=1)).pages == 1
    content = packed_catalogue(blanks=600)
    assert len(content) < 1_000_000
    assert refusal(content).code in ("document_too_complex", "document_broken")


def test_every_detail_is_a_sentence_for_people():
    for text in DETAILS.values():
        assert text[0].isupper()
        assert text.endswith(".")
