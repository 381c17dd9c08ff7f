"""Small files that cost much to open."""

import zlib

from tests.signing.pdf.file_builders import CATALOGUE, PAGE, TREE, bomb, packed_catalogue, written_by_hand

from .case import Case, refused, taken

SHARED = b"<< /Type /Pages /Kids [%s] /Count %d >>"


def shared_page_tree(levels: int = 7) -> bytes:
    """Ten million pages in a kilobyte: each node has the next one ten times as its child."""
    nodes = [CATALOGUE]
    for level in range(levels):
        nodes.append(SHARED % (b"%d 0 R " % (level + 3) * 10, 10 ** (levels - level)))
    nodes.append(b"<< /Type /Page /MediaBox [0 0 595 842] >>")
    return written_by_hand(*nodes)


def chain_of_nodes(length: int) -> bytes:
    """A page at the end of a long chain of nodes with one child each."""
    nodes = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (at + 3) for at in range(length)]
    return written_by_hand(CATALOGUE, *nodes, b"<< /Type /Page /MediaBox [0 0 595 842] >>")


def deep(opening: bytes, closing: bytes, times: int) -> bytes:
    return written_by_hand(CATALOGUE, TREE % 1, PAGE % (b"/Deep " + opening * times + closing * times))


def many_objects(number: int) -> bytes:
    return written_by_hand(CATALOGUE, TREE % 1, PAGE % b"", *[b"[]"] * number)


def nested_object_stream() -> bytes:
    """An object stream deflated twice: few bytes, half a gigabyte."""
    blanks = zlib.compressobj(9)
    inner = b"".join(blanks.compress(b" " * 1_000_000) for _ in range(500)) + blanks.flush()
    content = zlib.compress(inner, 9)
    head = b"<< /Type /ObjStm /N 1 /First 4 /Length %d /Filter [/FlateDecode /FlateDecode] >>" % len(content)
    plain = packed_catalogue(blanks=1)
    start, end = plain.index(b"4 0 obj\n") + 8, plain.index(b"endobj", plain.index(b"4 0 obj\n"))
    replaced = head + b"\nstream\n" + content + b"\nendstream\n"
    moved = plain[:start] + replaced + plain[end:]
    at = moved.index(b"5 0 obj\n<< /Type /XRef")
    return moved[: moved.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % at


BOMBS: list[Case] = [
    taken("deflated twice in a content stream", bomb),
    taken("deflated three times in a content stream", lambda: bomb(3)),
    taken("catalogue in an object stream", lambda: packed_catalogue(blanks=1)),
    *refused(
        "document_broken",
        page_tree_of_ten_million=shared_page_tree,
        deep_dictionaries=lambda: deep(b"<< /A ", b" >>", 50_000),
        arrays_that_never_end=lambda: deep(b"[", b"", 200_000),
        page_at_the_end_of_a_long_chain=lambda: chain_of_nodes(3_000),
    ),
    *refused("document_too_complex", more_objects_than_we_read=lambda: many_objects(200_001)),
    Case("object stream deflated twice", nested_object_stream, "document_broken", slow=True),
    Case(
        "object stream of 600 megabytes", lambda: packed_catalogue(blanks=600), "document_broken", slow=True
    ),
    taken("many objects", lambda: many_objects(20_000)),
]
