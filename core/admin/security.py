"""The security log of all organizations: who signed in, who tried to, and what was done to accounts."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest

from core.console.filters import OrganizationFilter
from core.console.pages import ReadOnlyAdmin
from core.console.shown import NOTHING, badge, link, moment
from core.models import SecurityEvent, User


@admin.register(SecurityEvent)
class SecurityEventAdmin(ReadOnlyAdmin):
    intro = (
        "Sign-ins and account changes, newest first. Refused tries are counted by the minute. No name that was typed "
        "is kept, so tries with unknown names are one line a minute. A network is the neighbourhood of an address."
    )
    empty_list = "Nobody has signed in yet."
    list_display = ("when", "what", "whose", "by", "organization", "network", "count")
    list_filter = ("kind", "reason", OrganizationFilter)
    list_select_related = ("organization",)
    search_fields = ("account",)
    search_help_text = "The whole user name, or the id of an account."
    sortable_by = ()
    ordering = ("-at", "-id")
    fields = readonly_fields = (
        "when", "what", "whose", "by", "organization", "network", "count", "http_request",
    )  # fmt: skip

    def heading(self, obj: SecurityEvent) -> str:
        return f"{obj.get_kind_display().capitalize()}, {obj.at:%Y-%m-%d %H:%M:%S}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SecurityEvent]:
        """With the names of today, by the same statement."""

        def name(of: str) -> Subquery:
            return Subquery(User.objects.filter(id=OuterRef(of)).values("username"))

        rows: QuerySet[SecurityEvent] = super().get_queryset(request)
        return rows.annotate(account_name=name("account"), actor_name=name("actor"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SecurityEvent], search_term: str
    ) -> tuple[QuerySet[SecurityEvent], bool]:
        term = search_term.strip().replace("\0", "")
        if not term:
            return queryset, False
        try:
            ids = [UUID(term)]
        except ValueError:
            ids = list(User.objects.filter(username__iexact=term).values_list("id", flat=True)[:1])
        return queryset.filter(account__in=ids), False

    @admin.display(description="when (UTC)")
    def when(self, event: SecurityEvent) -> str:
        return moment(event.at)

    @admin.display(description="what")
    def what(self, event: SecurityEvent) -> str:
        text = event.get_kind_display()
        return badge(f"{text}: {event.get_reason_display()}", "warn") if event.reason else badge(text)

    @admin.display(description="account")
    def whose(self, event: SecurityEvent) -> str:
        return _person(event.account, getattr(event, "account_name", None))

    @admin.display(description="by")
    def by(self, event: SecurityEvent) -> str:
        return _person(event.actor, getattr(event, "actor_name", None))


def _person(user_id: UUID | None, name: Any) -> str:
    if user_id is None:
        return NOTHING
    return link("admin:core_user_change", user_id, text=name) if name else "somebody since erased"
