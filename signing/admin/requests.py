"""Requests: found, understood, looked at again, revived, cancelled. The page shows no link and no id of Setu's."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from core import jobs
from core.console.actions import confirmed
from core.console.filters import OrganizationFilter
from core.console.pages import ReadOnlyAdmin
from core.console.shown import badge, moment, page_of
from core.errors import Conflict
from core.models import Job, User
from signing.models import SignatureRequest
from signing.search import requests_found
from signing.selectors import job_get
from signing.services.cancel import request_cancel
from signing.services.requests import request_check
from signing.states import REQUEST_JOB, Stage, Status
from signing.troubles import TROUBLES, in_trouble, trouble_of

END = "End"
LEVELS = {
    Status.SIGN_COMPLETE: "ok",
    Status.QUARANTINED: "bad",
    Status.FAILED: "bad",
    Status.DECLINED: "warn",
    Status.CANCELLED: "",
    Status.EXPIRED: "warn",
}


@confirmed(
    label="Look now",
    says="Setu is asked for the state at once instead of at the next planned time. A dead job is revived; a "
    "quarantined file is fetched and checked anew. Repeating is safe: Setu is spared by a limit for each request.",
)
def look_now(request: SignatureRequest, by: User, reason: str) -> str:
    request_check(request=request, by=by)
    return "The request is rung: it is looked at within moments."


@confirmed(
    label="Revive dead job",
    says="Work on the request failed five times in a row and was given up. Reviving gives it five new tries, starting "
    "now. Mend the cause first (the last error is on the page). Requests without a dead job are left alone.",
)
def revive(request: SignatureRequest, by: User, reason: str) -> str:
    job = job_get(request=request)
    if job is None or job.dead_at is None:
        raise Conflict("Its job is not dead; it was left alone.")
    jobs.revive(job, cause="support")
    return "The job is revived and due now."


@confirmed(
    label="Cancel request",
    says="The request ends before everybody has signed. Signers get no link from now on; the request is removed at "
    "Setu, which cannot be undone, and ends as cancelled, or as declined if a signer declined. If everybody has "
    "signed by then, it is completed instead. If Setu is down, the removal waits for it.",
    asks_reason=True,
)
def cancel(request: SignatureRequest, by: User, reason: str) -> str:
    request_cancel(request=request, by=by, reason=reason)
    return "The request is being cancelled; its page says when that is done."


class RequestList(ChangeList):
    """The page's rows with their jobs, which no foreign key leads to: one more statement at any length."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        found = Job.objects.filter(kind=REQUEST_JOB, subject__in=[row.id for row in rows])
        by_subject = {job.subject: job for job in found}
        for row in rows:
            row.job = by_subject.get(row.id)
        self.result_list = rows  # the templates only walk through it


class StatusFilter(admin.SimpleListFilter):
    title, parameter_name = "status", "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(status.value, status.value) for status in Status]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SignatureRequest]
    ) -> QuerySet[SignatureRequest]:
        value = self.value()
        return queryset.filter(status=value) if value in Status.values else queryset


class TroubleFilter(admin.SimpleListFilter):
    title, parameter_name = "trouble", "trouble"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(TROUBLES.items())

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SignatureRequest]
    ) -> QuerySet[SignatureRequest]:
        value = self.value() or ""
        return in_trouble(queryset, value) if value in TROUBLES else queryset


@admin.register(SignatureRequest)
class SignatureRequestAdmin(ReadOnlyAdmin):
    intro = (
        "People asked to sign a document, newest first. Trouble says what holds a request up; empty is well."
    )
    empty_list = "Nobody has asked for signatures yet."
    list_display = (
        "document_and_id",
        "organization",
        "shown_status",
        "shown_trouble",
        "created",
        "next_look",
    )
    list_filter = (TroubleFilter, StatusFilter, OrganizationFilter)
    list_select_related = ("organization", "document")
    search_fields = ("id",)
    search_help_text = (
        "The whole id of a request or document, part of a document's name, "
        "or the beginning of a signer's user name."
    )
    sortable_by = ()
    ordering = ("-created_at", "-id")
    actions = (look_now, revive, cancel)
    fieldsets = (
        (None, {"fields": (("shown_status", "shown_trouble", "next_look"), ("shown_organization", "id"))}),
        ("Asked", {"fields": (("asked_by", "created"), ("reason", "document_id"))}),
        ("At Setu", {"fields": (("setu_status", "confirmed", "confirmed_by"), ("activity", "gone"))}),
        (END, {"fields": (("ended", "ending_reason"), ("cancel_asked", "cancelled_by", "cancel_reason"))}),
    )
    readonly_fields = (
        "shown_status", "shown_trouble", "next_look", "shown_organization", "asked_by", "created",
        "id", "document_id", "confirmed", "activity", "gone", "ended", "cancel_asked", "cancelled_by",
    )  # fmt: skip

    def get_changelist(self, request: HttpRequest, **more: Any) -> type[ChangeList]:
        return RequestList

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignatureRequest]:
        return (
            super()
            .get_queryset(request)
            .select_related("organization", "document", "created_by", "cancel_asked_by")
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SignatureRequest], search_term: str
    ) -> tuple[QuerySet[SignatureRequest], bool]:
        return (queryset.filter(requests_found(search_term)) if search_term.strip() else queryset), False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """An open request that nobody wants to end has nothing to say about its end."""
        over = obj is None or obj.ended_at or obj.ending_reason or obj.cancel_asked_at
        return [part for part in super().get_fieldsets(request, obj) if over or part[0] != END]

    def heading(self, obj: SignatureRequest) -> str:
        return obj.document.name

    def named(self, request: SignatureRequest) -> str:
        return f"{request.document.name} of {request.organization.name}, {request.status} ({request.id})"

    def offers(self, action: str, obj: SignatureRequest) -> bool:
        if action == "revive":
            job = _job(obj)
            return bool(job and job.dead_at)
        if action == "cancel":
            return obj.is_open and not obj.is_cancelling and obj.stage != Stage.ARCHIVING
        return obj.is_open

    @admin.display(description="document, id")
    def document_and_id(self, request: SignatureRequest) -> str:
        return format_html("{} <small>{}…</small>", request.document.name, str(request.id)[:8])

    @admin.display(description="organization")
    def shown_organization(self, request: SignatureRequest) -> str:
        return page_of(request.organization)

    @admin.display(description="status")
    def shown_status(self, request: SignatureRequest) -> str:
        return badge(request.status, LEVELS.get(Status(request.status), ""))

    @admin.display(description="created (UTC)")
    def created(self, request: SignatureRequest) -> str:
        return moment(request.created_at)

    @admin.display(description="asked by")
    def asked_by(self, request: SignatureRequest) -> str:
        return page_of(request.created_by, request.created_by.username)

    @admin.display(description="next look (UTC)")
    def next_look(self, request: SignatureRequest) -> str:
        job = _job(request)
        return moment(job.due_at if job and request.is_open and not job.dead_at else None)

    @admin.display(description="trouble")
    def shown_trouble(self, request: SignatureRequest) -> str:
        words, level = trouble_of(request, _job(request), now=timezone.now())
        return badge(words, level) if words else self.get_empty_value_display()

    @admin.display(description="last confirmed by Setu")
    def confirmed(self, request: SignatureRequest) -> str:
        return moment(request.confirmed_at, empty="never yet")

    @admin.display(description="somebody last did something")
    def activity(self, request: SignatureRequest) -> str:
        return moment(request.activity_at)

    @admin.display(description="Setu does not know it since")
    def gone(self, request: SignatureRequest) -> str:
        return moment(request.gone_at)

    @admin.display(description="ended")
    def ended(self, request: SignatureRequest) -> str:
        return moment(request.ended_at)

    @admin.display(description="cancelling asked for")
    def cancel_asked(self, request: SignatureRequest) -> str:
        return moment(request.cancel_asked_at)

    @admin.display(description="by")
    def cancelled_by(self, request: SignatureRequest) -> str:
        by = request.cancel_asked_by
        return page_of(by, by.username) if by else page_of(None)


def _job(request: SignatureRequest) -> Job | None:
    """Read once a page: a list has put it there already."""
    if not hasattr(request, "job"):
        request.job = job_get(request=request)  # type: ignore[attr-defined]
    return request.job  # type: ignore[attr-defined,no-any-return]
