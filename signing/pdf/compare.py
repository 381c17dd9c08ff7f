"""The child process that compares a signed file with what was sent: `python -m`, limited as `child` is.

Texts are read and streams decoded here: a file may be a bomb.
"""

import hashlib
import json
import logging
import sys
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pypdf

from signing.pdf import child, limits

DEPTH = 8  # of forms within forms
NOTHING_TO_SEE = "nothing to recognise it by"


def cpu_seconds(pages: int) -> int:
    more = pages // limits.COMPARE_PAGES_A_SECOND
    return min(limits.COMPARE_CPU_SECONDS + more, limits.COMPARE_CPU_SECONDS_MAX)


def compare(original: bytes, signed: bytes) -> dict[str, Any]:
    """The answer for the parent: {"differs": word} or {"refused": word}."""
    try:
        return _compared(list(pypdf.PdfReader(BytesIO(original)).pages), pypdf.PdfReader(BytesIO(signed)))
    except Exception as error:  # parsers fail in many ways
        return {"refused": type(error).__name__}


def _compared(sent: list[Any], reader: pypdf.PdfReader) -> dict[str, Any]:
    shown = list(reader.pages)
    if len(sent) != len(shown):
        return {"differs": "number of pages"}
    recognised = False
    for page, other in zip(sent, shown, strict=True):
        if _size(page) != _size(other):
            return {"differs": "page sizes"}
        words, pictures = page.extract_text().split(), _pictures(page)
        if not _in_order(words, other.extract_text().split()):
            return {"differs": "words"}
        if pictures - _pictures(other):
            return {"differs": "pictures"}
        drawn = b"" if words or pictures else _drawn(page)
        if drawn not in _drawn(other):
            return {"differs": "drawings"}
        recognised = recognised or bool(words or pictures or drawn)
    return {"differs": ""} if recognised else {"refused": NOTHING_TO_SEE}


def _size(page: Any) -> tuple[int, int]:
    return round(float(page.mediabox.width)), round(float(page.mediabox.height))


def _in_order(words: list[str], among: list[str]) -> bool:
    rest = iter(among)
    return all(word in rest for word in words)


def _drawn(page: Any) -> bytes:
    contents = page.get_contents()
    return contents.get_data().strip() if contents is not None else b""


def _pictures(page: Any) -> Counter[bytes]:
    resources = page.get("/Resources")
    return Counter(_picture_digests(resources.get_object(), DEPTH)) if resources is not None else Counter()


def _picture_digests(resources: Any, depth: int) -> Iterator[bytes]:
    objects = resources.get("/XObject")
    for each in objects.get_object().values() if objects is not None else ():
        found = each.get_object()
        if found.get("/Subtype") == "/Image":
            yield hashlib.sha256(_bytes_of(found)).digest()
        elif depth and found.get("/Resources") is not None:
            yield from _picture_digests(found["/Resources"].get_object(), depth - 1)


def _bytes_of(picture: Any) -> bytes:
    """Unpacked, as whoever writes a file anew may pack them otherwise; as they are where pypdf cannot."""
    try:
        data: bytes = picture.get_data()
    except Exception:  # a format of its own
        data = picture._data
    return data


if __name__ == "__main__":
    child.limit_resources(cpu=cpu_seconds(int(sys.argv[2])), wall=limits.COMPARE_WALL_SECONDS)
    sys.setrecursionlimit(1000)
    logging.disable()
    both, length = sys.stdin.buffer.read(), int(sys.argv[1])
    print(json.dumps(compare(both[:length], both[length:])))  # noqa: T201
