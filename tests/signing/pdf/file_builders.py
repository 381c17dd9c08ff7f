"""Files people upload, and files people make to hurt. Each is built here; none is kept."""

import zlib
from io import BytesIO
from typing import Any

import pikepdf

from .signing_helper import pdf


def saved(document: pikepdf.Pdf, **options: Any) -> bytes:
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


def packed_catalogue(blanks: int) -> bytes:
    """A file whose catalogue lies in an object stream, before so many megabytes of blanks."""
    deflate = zlib.compressobj(9)
    packed = deflate.compress(b"1 0 " + CATALOGUE)
    packed += b"".join(deflate.compress(b" " * 1_000_000) for _ in range(blanks)) + deflate.flush()
    stream = b"<< /Type /ObjStm /N 1 /First 4 /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream"
    # Object 1 as written here is passed over by the table below.
    plain = written_by_hand(b"null", TREE % 1, PAGE % b"", stream % (len(packed), packed))
    start = plain.index(b"xref\n0 5")
    rows = [(0, 0, 255), (2, 4, 0)]
    rows += [(1, plain.index(b"\n%d 0 obj" % number) + 1, 0) for number in (2, 3, 4)]
    rows.append((1, start, 0))
    table = b"".join(kind.to_bytes(1) + at.to_bytes(4) + last.to_bytes(1) for kind, at, last in rows)
    head = b"5 0 obj\n<< /Type /XRef /Size 6 /W [1 4 1] /Root 1 0 R /Length %d >>\n" % len(table)
    xref = head + b"stream\n%s\nendstream\nendobj\n" % table
    return plain[:start] + xref + b"startxref\n%d\n%%%%EOF\n" % start


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
