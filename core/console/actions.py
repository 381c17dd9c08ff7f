"""Actions that ask first: a page names what will be done to which rows, then each is done on its own and told."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme

from core.errors import DomainError
from core.models import User

CHOSEN_MAX = 500  # rows at once: one short transaction each
NAMED_MAX = 20
REASON_MAX = 200
TOLD_MAX = 6  # different outcomes told

Work = Callable[[Any, User, str], str]


def confirmed(*, label: str, says: str, asks_reason: bool = False) -> Callable[[Work], Any]:
    """An admin action around `work(row, by, reason)`, which returns a sentence or raises a DomainError.

    says: what will happen, for the page that asks. asks_reason: whether it takes a person's words along.
    """

    def declare(work: Work) -> Any:
        def action(modeladmin: Any, request: HttpRequest, queryset: Any) -> HttpResponse | None:
            chosen = list(queryset[: CHOSEN_MAX + 1])
            if len(chosen) > CHOSEN_MAX:
                modeladmin.message_user(
                    request, f"That is more than {CHOSEN_MAX} at once. Choose fewer.", messages.ERROR
                )
                return None
            if "confirmed" not in request.POST:
                return _asked(modeladmin, request, chosen, label=label, says=says, asks_reason=asks_reason)
            reason = (
                request.POST.get("reason", "").strip().replace("\0", "")[:REASON_MAX] if asks_reason else ""
            )
            _told(modeladmin, request, _done(work, chosen, by=_caller(request), reason=reason))
            return HttpResponseRedirect(_back(request, request.POST.get("back", "")))

        action.__name__ = work.__name__
        return admin.action(description=label)(action)

    return declare


def _asked(modeladmin: Any, request: HttpRequest, chosen: list[Any], **about: Any) -> HttpResponse:
    context = modeladmin.admin_site.each_context(request) | {
        "title": about["label"],
        "says": about["says"],
        "asks_reason": about["asks_reason"],
        "reason_max": REASON_MAX,
        "chosen": [modeladmin.named(row) for row in chosen[:NAMED_MAX]],
        "chosen_count": len(chosen),
        "more": max(0, len(chosen) - NAMED_MAX),
        "ids": [str(row.pk) for row in chosen],
        "checkbox": ACTION_CHECKBOX_NAME,
        "action": request.POST.get("action", ""),
        "back": _back(request, request.POST.get("back", "") or request.get_full_path()),
        "opts": modeladmin.opts,
    }
    return TemplateResponse(request, "console/confirm.html", context)


def _done(work: Work, chosen: list[Any], *, by: User, reason: str) -> Counter[tuple[int, str]]:
    told: Counter[tuple[int, str]] = Counter()
    for row in chosen:
        try:
            told[(messages.SUCCESS, work(row, by, reason))] += 1
        except DomainError as refusal:
            told[(messages.WARNING, refusal.detail)] += 1
    return told


def _told(modeladmin: Any, request: HttpRequest, told: Counter[tuple[int, str]]) -> None:
    for (level, sentence), number in told.most_common(TOLD_MAX):
        modeladmin.message_user(
            request, sentence if told.total() == 1 else f"{number} of {told.total()}: {sentence}", level
        )
    if rest := sum(number for _, number in told.most_common()[TOLD_MAX:]):
        modeladmin.message_user(request, f"{rest} more, with other outcomes.", messages.WARNING)


def _caller(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  # the console lets nobody else in
    return request.user


def _back(request: HttpRequest, url: str) -> str:
    return url if url_has_allowed_host_and_scheme(url, allowed_hosts=None) else request.path
