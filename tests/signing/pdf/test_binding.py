"""Which document a signed file is: the one that was sent, appended to or written anew, and no other."""

from io import BytesIO

import pikepdf
import pypdf
import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from signing.pdf import limits, sandbox
from signing.pdf.binding import pdf_bind
from signing.pdf.compare import cpu_seconds
from signing.pdf.verify import NotProven, pdf_verify
from tests.builders import make_pdf
from tests.processes import ROOT

from .signing_helper import pdf, sign

SAMPLES = sorted((ROOT / "tests/samples/pdf").glob("*.pdf"))


def pages_in(content: bytes) -> int:
    return len(pypdf.PdfReader(BytesIO(content)).pages)


def bind(signed: bytes, original: bytes, signatures: int = 1) -> None:
    pdf_bind(
        signed,
        proof=pdf_verify(signed, signatures=signatures),
        original=original,
        pages=pages_in(original),
    )


def refusal(signed: bytes, original: bytes) -> str:
    with pytest.raises(NotProven) as caught:
        bind(signed, original)
    assert caught.value.detail.endswith(".")
    return caught.value.reason_code


def signed(content: bytes) -> bytes:
    return sign(content, name="Asha Rao", field="Signer1")


def rewritten(content: bytes) -> bytes:
    """The same document in other bytes: other object numbers, other packing."""
    out = BytesIO()
    with pikepdf.open(BytesIO(content)) as opened:
        opened.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, recompress_flate=True)
    assert not out.getvalue().startswith(content)
    return out.getvalue()


def stamped(content: bytes, text: str) -> bytes:
    """Written anew, with a line of text on every page."""
    line = pypdf.PdfReader(BytesIO(pdf(text=text))).pages[0]
    writer = pypdf.PdfWriter(clone_from=BytesIO(content))
    for page in writer.pages:
        page.merge_page(line)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def with_page_added(content: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=BytesIO(content))
    writer.add_blank_page()
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def appended_page(content: bytes) -> bytes:
    """A page more, by an update that leaves the bytes before it as they were."""
    out = BytesIO(content)
    writer = pypdf.PdfWriter(out, incremental=True)
    writer.add_blank_page()
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def scan(shade: int) -> bytes:
    """A page that is a picture."""
    bitmap = b"P5 64 64 255\n" + bytes((x * y + shade) % 256 for x in range(64) for y in range(64))
    out = BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=1)
    canvas.drawImage(ImageReader(BytesIO(bitmap)), 0, 0, 595, 842)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def drawing(x: int) -> bytes:
    """A page of lines alone, as a contract whose letters were turned into curves."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=1)
    canvas.line(72, 72, x, 700)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_file_that_was_signed_by_appending_to_it_is_that_file(sample):
    content = sample.read_bytes()
    twice = sign(signed(content), name="Ravi Sen", field="Signer2")
    bind(twice, content, signatures=2)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_file_that_was_written_anew_and_then_signed_is_still_the_document(sample):
    content = sample.read_bytes()
    bind(signed(rewritten(content)), content)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_another_document_with_as_many_pages_is_seen(sample):
    content = sample.read_bytes()
    other = pdf(pages=pages_in(content), text="Another contract, clause")
    assert refusal(signed(other), content) == "another_document"
    assert refusal(signed(content), other) == "another_document"


def test_a_stamp_of_setus_is_no_other_document():
    content = pdf(pages=2, text="We agree on page")
    bind(signed(stamped(content, "Signed by Asha Rao on")), content)


def test_one_word_changed_is_seen():
    assert (
        refusal(signed(pdf(3, text="Rent of 90,000 page")), pdf(3, text="Rent of 10,000 page"))
        == "another_document"
    )


def test_a_page_added_is_seen_whether_the_bytes_before_it_are_kept_or_not():
    content = pdf(2)
    assert appended_page(content).startswith(content)
    assert refusal(signed(appended_page(content)), content) == "wrong_page_count"
    assert refusal(signed(with_page_added(content)), content) == "wrong_page_count"


def test_pages_in_another_order_are_seen():
    writer = pypdf.PdfWriter()
    for page in reversed(pypdf.PdfReader(BytesIO(pdf(2))).pages):
        writer.add_page(page)
    out = BytesIO()
    writer.write(out)
    assert refusal(signed(out.getvalue()), pdf(2)) == "another_document"


@pytest.mark.parametrize("made", [scan, drawing])
def test_a_document_without_words_is_known_by_its_pictures_and_lines(made):
    bind(signed(rewritten(made(7))), made(7))
    assert refusal(signed(made(90)), made(7)) == "another_document"


def test_pages_of_another_size_are_another_document():
    out = BytesIO()
    canvas = Canvas(out, pagesize=(842, 595), invariant=1)
    canvas.drawString(72, 400, "Page 1")
    canvas.showPage()
    canvas.save()
    assert refusal(signed(out.getvalue()), pdf()) == "another_document"


def test_what_comes_after_the_first_signature_does_not_make_it_the_document():
    """The words are looked for in what the first person signed."""
    other = signed(pdf(text="Another contract"))
    update = pypdf.PdfWriter(BytesIO(other), incremental=True)
    update.pages[0].merge_page(pypdf.PdfReader(BytesIO(pdf())).pages[0])
    out = BytesIO()
    update.write(out)
    assert out.getvalue().startswith(other)
    twice = sign(out.getvalue(), name="Ravi Sen", field="Signer2")
    with pytest.raises(NotProven, match="another_document"):
        bind(twice, pdf(), signatures=2)


def test_empty_pages_written_anew_cannot_be_recognised():
    bind(signed(make_pdf(2)), make_pdf(2))
    assert refusal(signed(rewritten(make_pdf(2))), make_pdf(2)) == "not_comparable"


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import time\ntime.sleep(60)\n", "timeout"),
        ("import os, time\nos.close(1)\ntime.sleep(60)\n", "timeout"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", "killed"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n", "killed"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGALRM)\n", "timeout"),
    ],
)
def test_a_comparison_that_is_given_too_little_says_nothing_about_the_file(
    monkeypatch, tmp_path, program, reason
):
    child = tmp_path / "child.py"
    child.write_text(program)
    monkeypatch.setattr(sandbox, "COMPARISON", [sandbox.COMMAND[0], str(child)])
    monkeypatch.setattr(limits, "COMPARE_WALL_SECONDS", 0.3)
    with pytest.raises(sandbox.Starved, match=reason):
        bind(signed(rewritten(pdf())), pdf())


@pytest.mark.parametrize(("pages", "seconds"), [(1, 15), (200, 19), (500, 25), (100_000, 25)])
def test_a_long_document_may_take_more_time_and_still_less_than_the_walls_clock_gives(pages, seconds):
    assert cpu_seconds(pages) == seconds < limits.COMPARE_WALL_SECONDS


def test_the_child_is_told_of_how_many_pages_the_document_is(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text("import json, sys\nprint(json.dumps({'differs': sys.argv[2]}))\n")
    monkeypatch.setattr(sandbox, "COMPARISON", [sandbox.COMMAND[0], str(child)])
    with pytest.raises(NotProven) as caught:
        bind(signed(rewritten(pdf(3))), pdf(3))
    assert caught.value.detail.endswith("other 3.")


def test_a_comparison_that_uses_up_its_cpu_time_is_the_files_fault(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text(
        f"import sys\nsys.path.insert(0, {str(sandbox.ROOT)!r})\n"
        "from signing.pdf import child\nchild.limit_resources(cpu=1)\nwhile True: pass\n"
    )
    monkeypatch.setattr(sandbox, "COMPARISON", [sandbox.COMMAND[0], str(child)])
    assert refusal(signed(rewritten(pdf())), pdf()) == "not_comparable"
