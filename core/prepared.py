"""Querysets that are compiled once and run often.

The lists are polled every few seconds by every open tab and each request reads its user: there, putting the same SQL
together anew costs more than running it. What is asked stays a queryset; only its text is kept.
"""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import QuerySet


class Prepared:
    """A `values_list()` queryset with UUIDs or texts as its parameters.

    build: called once with a stand-in of the right type for each parameter, returns the queryset. It must use each
    parameter as it is, in conditions only. kinds: UUID or str, by the parameters' names.
    """

    def __init__(
        self, build: Callable[..., QuerySet[Any, tuple[Any, ...]]], **kinds: type[UUID] | type[str]
    ) -> None:
        self._build, self._kinds = build, kinds
        self._lock = threading.Lock()
        self._compiled: dict[str, tuple[str, list[Any], Any]] = {}

    def rows(self, **values: UUID | str) -> list[tuple[Any, ...]]:
        """Run it; the rows as the queryset would give them."""
        sql, places, finish = self._compiled.get(connection.vendor) or self._compile()
        given = {name: adapted(value) for name, value in values.items()}
        with connection.cursor() as cursor:
            cursor.execute(
                sql, [given[place.name] if isinstance(place, _Place) else place for place in places]
            )
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return finish(found) if finish else found

    def _compile(self) -> tuple[str, list[Any], Any]:
        with self._lock:
            marks: dict[str, Any] = {
                name: uuid4() if kind is UUID else uuid4().hex for name, kind in self._kinds.items()
            }
            query = self._build(**marks).query
            compiler = query.get_compiler(connection=connection)
            sql, params = compiler.as_sql()
            by_mark = {adapted(mark): _Place(name) for name, mark in marks.items()}
            places = [by_mark.get(param, param) for param in params]
            if {place.name for place in places if isinstance(place, _Place)} != set(marks):
                raise ValueError("A parameter of the queryset does not appear in its SQL as it was given.")
            converters = compiler.get_converters([column[0] for column in compiler.select])
            finish = (
                (lambda found: list(map(tuple, compiler.apply_converters(found, converters))))
                if converters
                else None
            )
            self._compiled[connection.vendor] = sql, places, finish
            return self._compiled[connection.vendor]


class _Place:
    """Where a parameter goes."""

    def __init__(self, name: str) -> None:
        self.name = name


def adapted(value: UUID | str) -> Any:
    """A parameter of plain SQL as the database's driver takes it: SQLite keeps UUIDs as texts."""
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
