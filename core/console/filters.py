"""Filters that stay quick and short, however many rows there are."""

from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.models import Organization

SUGGESTED_MAX = 50
MATCHED_MAX = 100


class OrganizationFilter(admin.SimpleListFilter):
    """Part of a name is typed; the browser suggests some. A list of all would be as long as the customers' list."""

    title = "organization"
    parameter_name = "organization"
    template = "console/filter_text.html"
    path: ClassVar[str] = "organization"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (name, name)
            for name in Organization.objects.order_by("name").values_list("name", flat=True)[:SUGGESTED_MAX]
        ]

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = (self.value() or "").strip().replace("\0", "")
        if not value:
            return queryset
        return queryset.filter(**{f"{self.path}__in": _matching(value)})

    def choices(self, changelist: Any) -> Iterator[Any]:
        others = changelist.get_filters_params()
        yield {
            "value": self.value() or "",
            "suggestions": [name for name, _ in self.lookup_choices],
            "others": [
                (key, each) for key, values in others.items() if key != self.parameter_name for each in values
            ],
            "clear": changelist.get_query_string(remove=[self.parameter_name]),
        }


def _matching(value: str) -> list[UUID]:
    """Ids of the organizations whose id or name this is, else of those with it in their name."""
    try:
        return [UUID(value)]
    except ValueError:
        exact = list(
            Organization.objects.filter(name__iexact=value).values_list("id", flat=True)[:MATCHED_MAX]
        )
        parts = (
            Organization.objects.filter(name__icontains=value).order_by("name").values_list("id", flat=True)
        )
        return exact or list(parts[:MATCHED_MAX])
