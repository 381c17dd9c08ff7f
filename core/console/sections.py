"""Tables below an object's page. An app may add one to a page of an app that it builds on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model


@dataclass(frozen=True)
class Table:
    """rows: as many cells as columns each. empty: what it means that there are none. note: below the title."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    empty: str = "None."
    note: str = ""


Section = Callable[[Any], Table]
SECTIONS: dict[type[Model], list[Section]] = {}


def register(model: type[Model]) -> Callable[[Section], Section]:
    def add(section: Section) -> Section:
        SECTIONS.setdefault(model, []).append(section)
        return section

    return add


def sections_of(obj: Model) -> list[Table]:
    return [section(obj) for section in SECTIONS.get(type(obj), [])]
