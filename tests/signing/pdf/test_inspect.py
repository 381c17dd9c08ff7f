"""Files people upload, and files people make to hurt. Each is built here; none is kept."""

import subprocess
import sys
import threading
import time
import zlib
from io import BytesIO

import pikepdf
import pytest

from signing.pdf import inspect
from signing.pdf.inspect import DETAILS, InspectionBusy, PdfRefused, pdf_inspect

from .signing_helper import pdf, signed_by


def inspected(content: bytes, max_bytes: int = 20_000_000, max_pages: int = 500):
    return pdf_inspect(content, max_bytes=max_bytes, max_pages=max_pages)


def refusal(content: bytes, **limits: int) -> PdfRefused:
    with pytest.raises(PdfRefused) as caught:
        inspected(content, **limits)
    return caught.value


def saved(document: pikepdf.Pdf, **options: object) -> bytes:
    out = BytesIO()
    document.save(out, static_id=True, **options)
    return out.getvalue()


def blank(pages: int) -> pikepdf.Pdf:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))
    return document


def written_by_hand(*objects: bytes) -> bytes:
    """A file whose cross-reference table is right, whatever its objects say. The first is the catalogue."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
TREE = b"<< /Type /Pages /Kids [3 0 R] /Count %d >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /Resources << >> /MediaBox [0 0 595 842] %s>>"
SIZED = b"<< /Type /Page /Parent 2 0 R /Resources << >> /MediaBox [0 0 %s 842] >>"


def bomb(layers: int = 2) -> bytes:
    """Zeros, deflated again and again: 64 MB out of a few hundred bytes."""
    content = b"\0" * 64_000_000
    for _ in range(layers):
        content = zlib.compress(content, 9)
    filters = b" ".join([b"/FlateDecode"] * layers)
    stream = b"<< /Length %d /Filter [%s] >>\nstream\n%s\nendstream" % (len(content), filters, content)
    return written_by_hand(CATALOGUE, TREE % 1, PAGE % b"/Contents 4 0 R ", stream)


# What is taken


def test_an_honest_file_is_measured():
    facts = inspected(pdf(pages=3))
    assert facts.pages == 3
    assert facts.sizes == ((595.0, 842.0),) * 3


def test_a_signed_file_may_be_signed_again():
    assert inspected(signed_by("Asha Rao")).pages == 1


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


BROKEN = {
    "count says more": written_by_hand(CATALOGUE, TREE % 999_999_999, PAGE % b""),
    "count says less": written_by_hand(CATALOGUE, TREE % 0, PAGE % b""),
    "page tree in a circle": written_by_hand(
        CATALOGUE, TREE % 2, b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 2 0 R] /Count 2 >>"
    ),
    "page tree that is its own child": written_by_hand(
        CATALOGUE, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"
    ),
    "very deep array": written_by_hand(
        CATALOGUE, TREE % 1, PAGE % (b"/Deep " + b"[" * 200_000 + b"]" * 200_000)
    ),
    "page without a width": written_by_hand(CATALOGUE, TREE % 1, SIZED % b"0"),
    "page wider than numbers go": written_by_hand(CATALOGUE, TREE % 1, SIZED % (b"9" * 400)),
    "page with a word for a width": written_by_hand(CATALOGUE, TREE % 1, SIZED % b"/Wide"),
    "no catalogue": written_by_hand(b"<< /Type /Nothing >>"),
    "offsets shifted": pdf().replace(b"%PDF-1.3\n", b"%PDF-1.3\n \n", 1),
    "header only": b"%PDF-1.7\n%%EOF\n",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file(content):
    assert refusal(content).code == "document_broken"


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
    zeros = zlib.compressobj(9)
    packed = b"".join(zeros.compress(b" " * 1_000_000) for _ in range(600)) + zeros.flush()
    stream = b"<< /Type /ObjStm /N 1 /First 4 /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream"
    objects = [CATALOGUE, TREE % 1, PAGE % b"", stream % (len(packed), packed)]
    plain = written_by_hand(*objects)
    offsets = [plain.index(b"%d 0 obj" % number) for number in (1, 2, 4)]
    rows = [(0, 0, 255), (1, offsets[0], 0), (1, offsets[1], 0), (2, 4, 0), (1, offsets[2], 0)]
    start = plain.index(b"xref")
    rows.append((1, start, 0))
    table = b"".join(kind.to_bytes(1) + at.to_bytes(4) + last.to_bytes(1) for kind, at, last in rows)
    head = b"5 0 obj\n<< /Type /XRef /Size 6 /W [1 4 1] /Root 1 0 R /Length %d >>\n" % len(table)
    xref = head + b"stream\n%s\nendstream\nendobj\n" % table
    content = plain[:start] + xref + b"startxref\n%d\n%%%%EOF\n" % start
    assert len(content) < 1_100_000
    assert refusal(content).code == "document_broken"


def test_every_detail_is_a_sentence_for_people():
    for text in DETAILS.values():
        assert text[0].isupper()
        assert text.endswith(".")


# The child


def test_a_child_that_dies_is_the_files_fault(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    monkeypatch.setattr(inspect, "CHILD", child)
    refused = refusal(pdf())
    assert (refused.code, refused.why) == ("document_broken", "child died")


def test_a_child_that_says_nothing_is_the_files_fault(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text("")
    monkeypatch.setattr(inspect, "CHILD", child)
    assert refusal(pdf()).code == "document_broken"


def test_a_child_that_hangs_is_stopped(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(inspect, "CHILD", child)
    monkeypatch.setattr(inspect, "WALL_SECONDS", 0.3)
    refused = refusal(pdf())
    assert (refused.code, refused.why) == ("document_broken", "timeout")


def test_a_child_that_cannot_start_is_our_fault_and_blames_no_file(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text("import no_such_parser\n")
    monkeypatch.setattr(inspect, "CHILD", child)
    with pytest.raises(RuntimeError):
        inspected(pdf())


def test_the_child_sees_none_of_our_environment(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text(
        "import json, os\n"
        'print(json.dumps({"refused": "document_broken", "why": os.environ.get("SECRET", "unseen")}))\n'
    )
    monkeypatch.setenv("SECRET", "seen")
    monkeypatch.setattr(inspect, "CHILD", child)
    assert refusal(pdf()).why == "unseen"


def test_the_child_may_not_take_more_memory_than_its_limit():
    script = (
        "import importlib.util, sys\n"
        "spec = importlib.util.spec_from_file_location('child', sys.argv[1])\n"
        "child = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(child)\n"
        "child.limit_resources()\n"
        "bytearray(600 * 1024 * 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(inspect.CHILD)], capture_output=True, text=True, check=False
    )
    if sys.platform == "linux":
        assert done.returncode == 1
        assert "MemoryError" in done.stderr


def test_who_waits_too_long_for_a_turn_is_told_so(monkeypatch):
    monkeypatch.setattr(inspect, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(inspect, "WAIT_SECONDS", 0.05)
    with inspect._turns, pytest.raises(InspectionBusy):
        inspected(pdf())


def test_a_turn_is_given_back_after_each_inspection(monkeypatch):
    monkeypatch.setattr(inspect, "_turns", threading.BoundedSemaphore(1))
    for _ in range(2):
        assert refusal(b"%PDF-1.7\n").code == "document_broken"
    assert inspect._turns.acquire(blocking=False)


def test_an_inspection_is_quick():
    content = pdf(pages=20)
    inspected(content)
    started = time.monotonic()
    inspected(content)
    assert time.monotonic() - started < 2  # 0.2 s on a quiet machine
