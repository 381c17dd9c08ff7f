"""Background work and signs of life."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core import doorbell, jobs
from core.console.actions import confirmed
from core.console.pages import ReadOnlyAdmin
from core.console.shown import JOB_PAGES, badge, link, moment
from core.errors import Conflict
from core.jobstates import JobState, in_state, job_state
from core.models import Counter, Heartbeat, Job, User

LEVELS = {
    JobState.DEAD: "bad",
    JobState.LATE: "bad",
    JobState.FAILING: "warn",
    JobState.LEASED: "ok",
}


class StateFilter(admin.SimpleListFilter):
    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, str(state.label)) for state in JobState]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        value = self.value()
        return queryset.filter(in_state(value)) if value in JobState.values else queryset


class KindFilter(admin.SimpleListFilter):
    title, parameter_name = "kind", "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, kind) for kind in sorted(doorbell.KINDS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@confirmed(
    label="Revive dead jobs",
    says="A dead job failed five times in a row and was given up. Reviving gives it five new tries, starting now. "
    "Mend the cause first, else it dies again. Jobs that are not dead are left alone; repeating is safe.",
)
def revive(job: Job, by: User, reason: str) -> str:
    if job.dead_at is None:
        raise Conflict("The job is not dead; it was left alone.")
    jobs.revive(job, cause="support")
    return "The job is revived and due now."


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    intro = "Background work: one job for each request, and one for each id of Setu's that nobody knows yet."
    empty_list = "There is no background work yet."
    list_display = (
        "number",
        "shown_subject",
        "kind",
        "state",
        "next_run",
        "failures",
        "crashes",
        "cause",
        "last_error",
    )
    list_filter = (StateFilter, KindFilter)
    search_fields = ("subject",)
    search_help_text = "The whole id of a request."
    sortable_by = ()
    ordering = ("-id",)
    actions = (revive,)
    fields = (
        "kind", "shown_subject", "state", "next_run", "shown_lease", "rests", "failures", "crashes", "cause",
        "last_error", "died", "wanted", "fence",
    )  # fmt: skip
    readonly_fields = ("shown_subject", "state", "next_run", "shown_lease", "rests", "died")

    def named(self, job: Job) -> str:
        return f"{job.kind} {job.subject} {job.last_error}"

    def offers(self, action: str, obj: Job) -> bool:
        return obj.dead_at is not None

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What has waited longest first, where waiting is what was asked for."""
        waiting = request.GET.get("state") in (JobState.DUE, JobState.LATE, JobState.PLANNED)
        return ("due_at", "id") if waiting else ("-id",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Job], search_term: str
    ) -> tuple[QuerySet[Job], bool]:
        if not search_term:
            return queryset, False
        try:
            return queryset.filter(subject=UUID(search_term.strip())), False
        except ValueError:
            return queryset.none(), False

    @admin.display(description="no.")
    def number(self, job: Job) -> str:
        return str(job.id)

    @admin.display(description="subject")
    def shown_subject(self, job: Job) -> str:
        view = JOB_PAGES.get(job.kind)
        return link(view, job.subject, text=str(job.subject)) if view else str(job.subject)

    @admin.display(description="state")
    def state(self, job: Job) -> str:
        found = job_state(job, now=timezone.now())
        return badge(found.value, LEVELS.get(found, ""))

    @admin.display(description="next run (UTC)")
    def next_run(self, job: Job) -> str:
        return moment(None if job.dead_at else job.due_at)

    @admin.display(description="leased until")
    def shown_lease(self, job: Job) -> str:
        return moment(job.leased_until)

    @admin.display(description="not before, whoever rings")
    def rests(self, job: Job) -> str:
        return moment(job.rest_until)

    @admin.display(description="given up")
    def died(self, job: Job) -> str:
        return moment(job.dead_at)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    intro = "Signs of life: a worker beats every 10 seconds, a clock each minute. The silent are forgotten in an hour."
    empty_list = "Nothing has ever beaten: neither a worker nor a clock has run."
    list_display = ("name", "last")
    sortable_by = ()
    ordering = ("-at",)
    fields = readonly_fields = ("name", "last")

    @admin.display(description="last sign of life (UTC)")
    def last(self, heartbeat: Heartbeat) -> str:
        return moment(heartbeat.at)


@admin.register(Counter)
class CounterAdmin(ReadOnlyAdmin):
    intro = "How often something happened, since the first start. /metrics gives the same to machines."
    list_display = ("name", "labels", "value", "last")
    sortable_by = ()
    ordering = ("name", "labels")
    fields = readonly_fields = ("name", "labels", "value", "last")

    @admin.display(description="last time (UTC)")
    def last(self, counter: Counter) -> str:
        return moment(counter.at)
