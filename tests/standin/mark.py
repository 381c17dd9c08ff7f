"""The visible mark: where it sits on the page and what it says."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyhanko.pdf_utils.content import ResourceType
from pyhanko.pdf_utils.generic import DictionaryObject, NameObject
from pyhanko.stamp import BaseStamp, BaseStampStyle

from tests.standin.state import MARGIN

if TYPE_CHECKING:
    from tests.standin.pades import Stamp

LABEL = "Sandbox, not a legal signature"
A4 = (0.0, 0.0, 595.0, 842.0)
# The corner of the unrotated page that a reader sees at each corner, by the page's /Rotate.
CLOCKWISE = ("top-left", "top-right", "bottom-right", "bottom-left")


def box_on(writer: Any, stamp: "Stamp") -> tuple[float, float, float, float]:
    """The mark's rectangle in page units (lower left, upper right), kept inside the page."""
    turns = turns_on(writer, stamp.page)
    left, bottom, right, top = _edges(_page(writer, stamp.page))
    if stamp.box:
        x1, y1, x2, y2 = stamp.box
        inside = (max(x1, left), max(y1, bottom), min(x2, right), min(y2, top))
        if inside[0] >= inside[2] or inside[1] >= inside[3]:
            raise ValueError("the place for the mark lies outside the page")
        return inside
    corner = CLOCKWISE[(CLOCKWISE.index(stamp.position) - turns) % 4]
    width, height = (stamp.height, stamp.width) if turns % 2 else (stamp.width, stamp.height)
    width = min(width, right - left - 2 * MARGIN)
    height = min(height, top - bottom - 2 * MARGIN)
    x = left + MARGIN if corner.endswith("left") else right - MARGIN - width
    y = bottom + MARGIN if corner.startswith("bottom") else top - MARGIN - height
    return (x, y, x + width, y + height)


def turns_on(writer: Any, page: int) -> int:
    """By how many quarter turns, clockwise, a reader sees the page turned."""
    return int(_inherited(_page(writer, page), "/Rotate") or 0) // 90 % 4


def _page(writer: Any, page: int) -> Any:
    return writer.find_page_for_modification(page - 1)[0].get_object()


def _edges(page: Any) -> tuple[float, float, float, float]:
    found = _inherited(page, "/CropBox") or _inherited(page, "/MediaBox") or A4
    x1, y1, x2, y2 = (float(edge) for edge in found)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _inherited(page: Any, key: str) -> Any:
    """A page attribute, taken from the nearest ancestor that has it."""
    while key not in page:
        if "/Parent" not in page:
            return None
        page = page["/Parent"]
    return page[key]


@dataclass(frozen=True)
class MarkStyle(BaseStampStyle):  # type: ignore[misc, unused-ignore]
    """Three lines in a thin frame: who, when, and that it is not a legal signature."""

    name: str = ""
    when: str = ""
    turns: int = 0

    def create_stamp(self, writer: Any, box: Any, text_params: Any) -> "Mark":
        return Mark(writer=writer, style=self, box=box)


class Mark(BaseStamp):  # type: ignore[misc, unused-ignore]
    """Drawn with the two Helveticas every reader has, so that nothing need be embedded."""

    def render(self) -> bytes:
        across, up = float(self.box.width), float(self.box.height)
        width, height = (up, across) if self.style.turns % 2 else (across, up)
        upright = (
            b"1 0 0 1 0 0 cm",
            b"0 1 -1 0 %.2f 0 cm" % across,
            b"-1 0 0 -1 %.2f %.2f cm" % (across, up),
            b"0 -1 1 0 0 %.2f cm" % up,
        )[self.style.turns]
        fonts = {"/F1": "/Helvetica-Bold", "/F2": "/Helvetica"}
        for name, font in fonts.items():
            self.set_resource(ResourceType.FONT, NameObject(name), _font(font))
        pad = min(width, height) / 10
        lines = [("/F1", _drawable(self.style.name)), ("/F2", self.style.when), ("/F2", LABEL)]
        step = (height - 2 * pad) / len(lines)
        drawn = [
            b"q %s 1 1 0.93 rg 0.55 0.35 0 RG 0.75 w" % upright,
            b"0.5 0.5 %.2f %.2f re B" % (width - 1, height - 1),
            b"BT 0.1 0.1 0.1 rg",
        ]
        for row, (font, text) in enumerate(lines):
            size = min(step * 0.72, (width - 2 * pad) / max(_ems(text), 1))
            y = height - pad - (row + 0.75) * step
            drawn.append(b"%s %.2f Tf 1 0 0 1 %.2f %.2f Tm" % (font.encode(), size, pad, y))
            drawn.append(b"<%s> Tj" % text.encode("cp1252", "replace").hex().encode())
        return b"\n".join([*drawn, b"ET Q"])


def dictionary(entries: dict[str, Any]) -> Any:
    """A PDF dictionary. (pyHanko's own constructor is untyped.)"""
    make: Any = DictionaryObject
    return make({NameObject(key): value for key, value in entries.items()})


def _font(name: str) -> Any:
    words = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": name, "/Encoding": "/WinAnsiEncoding"}
    return dictionary({key: NameObject(value) for key, value in words.items()})


def _drawable(name: str) -> str:
    """The name, or a note if the standard fonts lack most of its letters (Devanagari, Tamil, …)."""
    known = name.encode("cp1252", "ignore").decode("cp1252").strip()
    return name if len(known) * 2 >= len(name) else "(name in another script)"


def _ems(text: str) -> float:
    """An upper estimate of the text's width, in ems of Helvetica Bold."""
    return sum(0.75 if letter.isupper() or letter in "mw%@" else 0.56 for letter in text)
