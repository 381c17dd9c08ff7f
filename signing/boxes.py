"""Where signatures go: signers who ask for the same spot are moved, so that no two lie on top of each other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from signing.models.signer import Corner


class NoRoomLeft(Exception):
    """Every corner from the asked page to the last one is taken."""


@dataclass(frozen=True)
class Box:
    pages: tuple[int, ...]  # from 1
    corner: Corner


def boxes_placed(asked: Sequence[Box], *, page_count: int) -> list[Box]:
    """The boxes in the same order, moved where they would meet: to a free corner, else to following pages.

    Raises NoRoomLeft. Pure.
    """
    taken: set[tuple[int, Corner]] = set()
    placed = []
    for box in asked:
        free = _free(box, taken=taken, page_count=page_count)
        taken |= {(page, free.corner) for page in free.pages}
        placed.append(free)
    return placed


def _free(box: Box, *, taken: set[tuple[int, Corner]], page_count: int) -> Box:
    corners = [box.corner, *(corner for corner in Corner if corner != box.corner)]
    for shift in range(page_count - max(box.pages) + 1):
        pages = tuple(page + shift for page in box.pages)
        for corner in corners:
            if not any((page, corner) in taken for page in pages):
                return replace(box, pages=pages, corner=corner)
    raise NoRoomLeft
