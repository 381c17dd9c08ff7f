"""The document's pages as pictures, as PDFium draws them."""

import io
import threading
from collections import OrderedDict
from dataclasses import dataclass

from tests.standin.state import MARGIN, Document, Signer

SCALE = 1.75  # pixels a point: sharp on a phone, legible on a screen
LARGEST = 2400  # pixels of a picture's longer side
COLOURS = 64
KEPT = 64  # pictures
_one_at_a_time = threading.Lock()  # PDFium knows no threads


class NoPicture(Exception):
    """The page cannot be drawn, or there is no such page."""


@dataclass(frozen=True)
class Sheet:
    """A page as its reader sees it, in points, and the places that will bear the signer's mark."""

    number: int
    width: float
    height: float
    spots: tuple[tuple[float, float, float, float], ...] = ()  # left, top, width, height


class Pictures:
    """Draws pages, and keeps the latest pictures."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, int], bytes] = OrderedDict()

    def png(self, document: Document, page: int) -> bytes:
        """The page, from 1, with the marks it bears so far. Raises NoPicture."""
        key = (document.id, len(document.content), page)
        with _one_at_a_time:
            if key not in self._kept:
                self._kept[key] = _drawn(document, page)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


def _drawn(document: Document, page: int) -> bytes:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(document.content, password=document.password)
    except pypdfium2.PdfiumError as error:
        raise NoPicture(str(error)) from error
    try:
        pdf.init_forms()  # marks are form fields
        if not 0 < page <= len(pdf):
            raise NoPicture(f"there is no page {page}")
        drawn = pdf[page - 1]
        scale = min(SCALE, LARGEST / max(*drawn.get_size(), 1))
        picture = drawn.render(scale=scale).to_pil()
        out = io.BytesIO()
        picture.quantize(COLOURS).save(out, "PNG")
        return out.getvalue()
    except pypdfium2.PdfiumError as error:
        raise NoPicture(str(error)) from error
    finally:
        pdf.close()


def sheets(document: Document, signer: Signer) -> list[Sheet]:
    """Every page's size and the signer's places on it. Raises NoPicture."""
    import pypdfium2

    with _one_at_a_time:
        try:
            pdf = pypdfium2.PdfDocument(document.content, password=document.password)
        except pypdfium2.PdfiumError as error:
            raise NoPicture(str(error)) from error
        try:
            found = []
            for index, page in enumerate(pdf):
                width, height = page.get_size()
                left, bottom, *_ = page.get_cropbox()
                turns = page.get_rotation() // 90 % 4
                spots = [
                    _turned(box, left, bottom, width, height, turns)
                    for number, *box in signer.boxes
                    if number == index + 1
                ]
                if not signer.boxes and index + 1 in signer.pages:
                    spots = [_corner(signer, width, height)]
                found.append(Sheet(index + 1, width, height, tuple(spots)))
            return found
        except pypdfium2.PdfiumError as error:
            raise NoPicture(str(error)) from error
        finally:
            pdf.close()


def _corner(signer: Signer, page_width: float, page_height: float) -> tuple[float, float, float, float]:
    width = min(signer.width, page_width - 2 * MARGIN)
    height = min(signer.height, page_height - 2 * MARGIN)
    left = MARGIN if signer.position.endswith("left") else page_width - MARGIN - width
    top = MARGIN if signer.position.startswith("top") else page_height - MARGIN - height
    return left, top, width, height


def _turned(
    box: list[float], left: float, bottom: float, width: float, height: float, turns: int
) -> tuple[float, float, float, float]:
    """A rectangle in page units as the reader of a turned page sees it. width, height: the reader's."""
    x1, y1, x2, y2 = box[0] - left, box[1] - bottom, box[2] - left, box[3] - bottom
    corners = {
        0: (x1, height - y2, x2, height - y1),
        1: (y1, x1, y2, x2),
        2: (width - x2, y1, width - x1, y2),
        3: (width - y2, height - x2, width - y1, height - x1),
    }[turns]
    return corners[0], corners[1], corners[2] - corners[0], corners[3] - corners[1]
