"""Ids of Setu's that somebody named and nobody knows. They are secrets, so they are shown by our own ids only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.console.actions import confirmed
from core.console.pages import ReadOnlyAdmin
from core.console.shown import badge, moment
from core.models import User
from signing.models import Stray
from signing.services.strays import stray_asked_again
from signing.states import StrayOutcome

WAITING = "waiting"
LEVELS = {StrayOutcome.SIGNED: "bad", StrayOutcome.UNKNOWN: ""}


@confirmed(
    label="Ask Setu again",
    says="Setu is asked once more whose request each id is, at most one a second in all. An id that turns out to be "
    "ours is adopted; a signed one is looked at once more, as after its request was cancelled. Repeating is safe.",
)
def ask_again(stray: Stray, by: User, reason: str) -> str:
    stray_asked_again(setu_id=stray.setu_id, cause="support")
    return "Setu is asked again within moments."


class OutcomeFilter(admin.SimpleListFilter):
    title, parameter_name = "outcome", "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(each, each) for each in (WAITING, *StrayOutcome.values)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Stray]) -> QuerySet[Stray]:
        value = self.value()
        if value == WAITING:
            return queryset.filter(outcome="")
        return queryset.filter(outcome=value) if value in StrayOutcome.values else queryset


@admin.register(Stray)
class StrayAdmin(ReadOnlyAdmin):
    intro = (
        "Ids that a callback or a signer's browser named and that belong to no request we know. Setu is asked: "
        "“adopted” was ours, “superseded” was ours and is removed at Setu, “unknown” is not ours, or deleted. “signed” "
        "was superseded and somebody signed it, as well as the newer one: it stays at Setu until you decide "
        "(docs/operations.md)."
    )
    empty_list = "None: every id that was named is known."
    list_display = ("shown_id", "named_at_shown", "cause", "shown_outcome")
    list_filter = (OutcomeFilter,)
    sortable_by = ()
    ordering = ("-named_at",)
    actions = (ask_again,)
    fields = readonly_fields = ("id", "named_at_shown", "cause", "shown_outcome")

    def named(self, stray: Stray) -> str:
        return f"{stray.id}, {stray.outcome or WAITING}"

    @admin.display(description="our id")
    def shown_id(self, stray: Stray) -> str:
        return str(stray.id)

    @admin.display(description="named (UTC)")
    def named_at_shown(self, stray: Stray) -> str:
        return moment(stray.named_at)

    @admin.display(description="outcome")
    def shown_outcome(self, stray: Stray) -> str:
        if not stray.outcome:
            return badge(WAITING, "warn")
        return badge(stray.outcome, LEVELS.get(StrayOutcome(stray.outcome), "ok"))
