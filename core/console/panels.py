"""The front page's panels: each app adds its own. Every number is bounded, so that the page stays fast."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

COUNT_MAX = 1000
OK, WARN, BAD, PLAIN = "ok", "warn", "bad", ""


@dataclass(frozen=True)
class Line:
    """level: OK, WARN, BAD, or PLAIN for what is neither. says: what it means, or what to do."""

    label: str
    value: str
    level: str = PLAIN
    url: str = ""
    says: str = ""


@dataclass(frozen=True)
class Panel:
    title: str
    lines: list[Line]


PANELS: list[Callable[[], Panel]] = []


def register(panel: Callable[[], Panel]) -> Callable[[], Panel]:
    PANELS.append(panel)
    return panel


def all_panels() -> list[Panel]:
    return [panel() for panel in PANELS]


def counted(label: str, rows: QuerySet[Any], *, url: str, level: str = PLAIN, says: str = "") -> Line:
    """How many there are, up to a thousand. The level, and what it says, hold if there are any."""
    number = rows.order_by()[: COUNT_MAX + 1].count()
    shown = f"{COUNT_MAX:,}+" if number > COUNT_MAX else str(number)
    if number == 0:
        return Line(label, shown, level=OK if level else PLAIN, url=url)
    return Line(label, shown, level=level, url=url, says=says)
