"""What is not kept for ever. Each app registers what it purges, and after how many days.

A run works in short transactions of at most `BATCH` rows and may be killed at any time: what is left is due again.
Events are not purged: they are the record of who did what, hold ids only, and a chain without its links proves nothing.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from core import counters, jobs
from core.minutely import each_minute
from core.models import Job

log = logging.getLogger(__name__)
BATCH = 200  # rows in one transaction
RUN_SECONDS = 20.0  # s; then the rest is due at once, as another run
EVERY_SECONDS = 21_600.0  # s between two runs of the clock's
SUBJECT = UUID(int=1)  # there is one such job
DAY = 86_400.0
RUNS, PURGED = "purge_runs", "purged"

Rows = QuerySet[Any]
Due = Callable[[float], Rows]
Drop = Callable[[Rows], int]


@dataclass(frozen=True)
class Rule:
    """setting: names the days, empty where there are none to choose. due: the rows after so many seconds.

    drop: does away with what it is given, in transactions of its own; returns how many rows it was.
    """

    name: str
    says: str
    setting: str
    due: Due
    drop: Drop

    @property
    def days(self) -> int:
        return int(getattr(settings, self.setting)) if self.setting else 0

    def rows(self) -> Rows:
        return self.due(self.days * DAY)


RULES: dict[str, Rule] = {}


@transaction.atomic
def rows_deleted(rows: Rows) -> int:
    """The usual drop. Rows that others refer to are held by a lock until they are gone."""
    rows_locked(rows)
    chosen = list(rows.values_list("pk", flat=True))
    rows.model._default_manager.filter(pk__in=chosen).delete()
    return len(chosen)


def rows_locked(rows: Rows) -> None:
    """Hold them until the transaction ends. Whoever was faster may have made some no longer due: ask again."""
    list(rows.model._default_manager.select_for_update().filter(pk__in=rows.values("pk")))


def rule(name: str, *, says: str, setting: str = "", drop: Drop = rows_deleted) -> Callable[[Due], Due]:
    """Let the function say which rows are due, given the seconds of its setting. `says` is for people."""

    def add(due: Due) -> Due:
        RULES[name] = Rule(name=name, says=says, setting=setting, due=due, drop=drop)
        return due

    return add


def counted() -> Iterator[tuple[Rule, int]]:
    """How many rows each rule would drop now."""
    for each in RULES.values():
        yield each, each.rows().count()


def purge(*, seconds: float | None = None) -> tuple[dict[str, int], bool]:
    """Drop what is due; returns how many rows by rule, and whether all was done in the time. Repeating is safe."""
    until = None if seconds is None else time.monotonic() + seconds
    dropped = dict.fromkeys(RULES, 0)
    for each in RULES.values():
        for number in _batches(each):
            dropped[each.name] += number
            counters.count(PURGED, times=number, what=each.name)
            if until and time.monotonic() > until:
                return dropped, False
    counters.count(RUNS)
    return dropped, True


def _batches(each: Rule) -> Iterator[int]:
    last: Any = None
    while True:
        due = each.rows().order_by("pk")
        chosen = list((due if last is None else due.filter(pk__gt=last)).values_list("pk", flat=True)[:BATCH])
        if not chosen:
            return
        last = chosen[-1]  # what cannot be dropped now is not met again in this run
        yield each.drop(each.rows().filter(pk__in=chosen))


def purge_by_clock(claim: jobs.Claim) -> None:
    """A run for the clock. Settles the claim. Raises LeaseLost."""
    dropped, all_done = purge(seconds=RUN_SECONDS)
    log.info("purge.done", extra={"rows": sum(dropped.values()), "all_done": all_done})
    with transaction.atomic():
        jobs.settle(claim, next_in=EVERY_SECONDS if all_done else 0.0, planned=True)


@each_minute
def purge_owed() -> None:
    """See that the job is there: from then on it plans itself. Repeating is safe."""
    if not Job.objects.filter(kind="core.purge", subject=SUBJECT).exists():
        jobs.ring("core.purge", subject=SUBJECT, cause=jobs.CLOCK)
