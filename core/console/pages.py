"""Pages that show and never change; what can be done there are actions that ask first (core/console/actions.py)."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst

from core.console.sections import sections_of

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    RowPaginator = Paginator[Any]
else:
    ModelAdmin = admin.ModelAdmin  # Django's is not generic at run time
    RowPaginator = Paginator

ROWS_MAX = 2000  # that can be paged through; who looks for an older row filters or searches


class BoundedPaginator(RowPaginator):
    """Counts no further than can be paged: the same at a hundred thousand rows as at two thousand."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:ROWS_MAX].count())


class ReadOnlyAdmin(ModelAdmin):
    """Lists are bounded; a page shows fields, then sections, and offers the list's actions for its one object."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count everything
    list_per_page = 50
    list_max_show_all = 0
    change_form_template = "console/change.html"
    change_list_template = "console/list.html"
    intro = ""  # above the list: what it shows
    empty_list = "Nothing is listed here."

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context = {
            "title": capfirst(str(self.opts.verbose_name_plural)),
            "intro": self.intro,
            "empty_list": self.empty_list,
            "rows_max": ROWS_MAX,
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        actions = self.get_actions(request) if obj else {}
        context |= {
            "title": self.heading(obj) if obj else context["title"],
            "subtitle": None,
            "sections": sections_of(obj) if obj else [],
            "doors": self.doors(obj) if obj else [],
            "list_url": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
            "actions": [each[1:] for each in actions.values() if each and self.offers(each[1], obj)],
        }
        return super().render_change_form(
            request, context, add=add, change=change, form_url=form_url, obj=obj
        )

    def heading(self, obj: Any) -> str:
        return f"{capfirst(str(self.opts.verbose_name))} {obj}"

    def offers(self, action: str, obj: Any) -> bool:
        """Whether an action makes sense for this object. One that is carried out all the same is refused in words."""
        return True

    def doors(self, obj: Any) -> list[tuple[str, str]]:
        """Further buttons of an object's page: address and label."""
        return []
