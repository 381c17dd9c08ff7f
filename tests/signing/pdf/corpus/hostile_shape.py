"""Files that are no PDF from the first to the last byte, or none that all programs read alike."""

import io
import zipfile
from functools import partial

import pikepdf

from tests.signing.pdf.file_builders import BROKEN, CATALOGUE, PAGE, TREE, blank, bomb, saved, written_by_hand
from tests.signing.pdf.signing_helper import pdf

from .case import Case, refused, taken


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("run.js", "alert(1)")
    return out.getvalue()


def encrypted(user: str, owner: str) -> bytes:
    return saved(blank(1), encryption=pikepdf.Encryption(user=user, owner=owner))


def changed_once(content: bytes) -> bytes:
    """Its table says a smaller number of objects than it has."""
    return content.replace(b"/Size %d" % (content.count(b"endobj") + 1), b"/Size 4")


def archive_in_a_stream() -> bytes:
    """Also a ZIP archive, for programs that search one from the end; as a document it is sound."""
    content = archive()
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
    return written_by_hand(CATALOGUE, TREE % 1, PAGE % b"", stream)


def table_in_a_circle() -> bytes:
    content = written_by_hand(CATALOGUE, TREE % 1, PAGE % b"")
    start = content.rindex(b"xref\n0")
    return content.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % start)


def two_tables_in_a_circle() -> bytes:
    """Each cross-reference table names the other as the one before."""
    content = written_by_hand(CATALOGUE, TREE % 1, PAGE % b"")
    first = content.rindex(b"xref\n0")
    second = len(content) + len(b" /Prev 0000000000")
    content = content.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %010d" % second)
    return content + (
        b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 4 /Root 1 0 R /Prev %d >>\n" % first
        + b"startxref\n%d\n%%%%EOF\n" % second
    )


def two_documents() -> bytes:
    """A second document after the first: programs that rebuild the table see the other one."""
    return pdf(1) + pdf(3)[9:].replace(b"startxref", b"% was it")


def other_offsets() -> bytes:
    content = pdf()
    at = content.rindex(b"startxref\n") + 10
    return content[:at] + b"17\n%%EOF\n"


WHOLE = pdf()
SHAPES: list[Case] = [
    *refused(
        "not_a_pdf",
        html_page=lambda: b"<!DOCTYPE html><html></html>",
        zip_archive=archive,
        html_before_the_header=lambda: b"<!DOCTYPE html>\n" + WHOLE,
        zip_before_the_header=lambda: archive() + WHOLE,
        byte_order_mark_before_the_header=lambda: b"\xef\xbb\xbf" + WHOLE,
        line_before_the_header=lambda: b"\n" + WHOLE,
        word_document=lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500,
    ),
    *refused("document_empty", nothing=lambda: b""),
    *refused(
        "document_broken",
        html_in_the_header_line=lambda: WHOLE.replace(b"%PDF-1.3", b"%PDF-1.3<html><script>x</script>", 1),
        version_that_does_not_exist=lambda: WHOLE.replace(b"%PDF-1.3", b"%PDF-9.9", 1),
        zip_after_the_end=lambda: WHOLE + archive(),
        html_after_the_end=lambda: WHOLE + b"<html><script>alert(1)</script></html>",
        zeros_after_the_end=lambda: WHOLE + bytes(2_000),
        blanks_after_the_end=lambda: WHOLE + b" " * 2_000,
        second_end_mark=lambda: WHOLE + b"%%EOF\n",
        no_end_mark=lambda: WHOLE.replace(b"%%EOF", b""),
        truncated_in_the_beginning=lambda: WHOLE[: len(WHOLE) // 20],
        truncated_in_the_middle=lambda: WHOLE[: len(WHOLE) // 2],
        truncated_near_the_end=lambda: WHOLE[: int(len(WHOLE) * 0.97)],
        table_pointed_at_wrongly=other_offsets,
        table_at_zero=lambda: WHOLE[: WHOLE.rindex(b"startxref")] + b"startxref\n0\n%%EOF\n",
        table_that_is_its_own_predecessor=table_in_a_circle,
        two_tables_in_a_circle=two_tables_in_a_circle,
        fewer_objects_said_than_there_are=lambda: changed_once(WHOLE),
        two_documents_in_one=two_documents,
        stream_longer_than_it_says=lambda: bomb().replace(b"/Length 2", b"/Length 1", 1),
    ),
    *[Case(name, partial(bytes, content), "document_broken") for name, content in BROKEN.items()],
    *refused(
        "document_encrypted",
        owner_password_only=lambda: encrypted("", "owner"),
        user_password=lambda: encrypted("open sesame", "owner"),
        empty_passwords=lambda: encrypted("", ""),
        old_encryption=lambda: saved(
            blank(1), encryption=pikepdf.Encryption(user="", owner="o", R=3, aes=False, metadata=False)
        ),
    ),
    *refused("document_has_no_pages", no_pages=lambda: saved(blank(0))),
    *refused("too_many_pages", pages_501=lambda: saved(blank(501))),
    taken("500 pages", lambda: saved(blank(500)), 500),
    taken("zip archive within a stream", archive_in_a_stream),
]
