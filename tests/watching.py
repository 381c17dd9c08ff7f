"""What watching costs: a day of open requests, played through with the application's own schedule.

`python -m tests.watching` prints the table for 10,000 of them. Times are simulated; when a request is looked at again
is the application's own: signing/services/schedule.py, the jitter and the reach of delayed messages (core/jobs.py,
core/doorbell.py). The clock's lane is played by its rules (core/lanes.py, core/work.py): turns, places, slots, the
longest due first. The lane itself, with real workers and clocks: tests/production/test_backlog.py.
"""

import heapq
import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

DAY = 86_400.0
START = datetime(2027, 1, 5, tzinfo=UTC)
TICK = 60.0
LOOK_SECONDS = 0.3  # Setu's answer and our merge
THREADS = 2  # of a worker's four, the clock's share


@dataclass
class Request:
    """An open request. Times are seconds of the day; negative ones lie before it."""

    no: int
    kind: str
    created_at: float
    activity_at: float | None = None
    due_at: float = 0.0
    bucket_at: datetime | None = None
    fence: int = 0
    gets: int = 0
    leased: bool = False
    lost_at: float | None = None  # a signature whose callback was lost and that no look has found yet


@dataclass
class Day:
    """The day so far; `found` are the seconds from each signature to the look that saw it."""

    requests: list[Request]
    workers: int
    found: list[float] = field(default_factory=list)
    gets: Counter[str] = field(default_factory=Counter)
    latest: float = 0.0  # the longest that something due waited for its look


def moment(at: float) -> datetime:
    return START + timedelta(seconds=at)


@dataclass(frozen=True)
class Signature:
    """followed_at: when the signer followed their link. lost: whether Setu's callback is."""

    followed_at: float
    signed_at: float
    no: int
    lost: bool


def played(requests: list[Request], *, workers: int, signatures: list[Signature]) -> Day:
    """A day, from midnight to midnight."""
    from django.conf import settings

    from core.claims import Claim
    from core.doorbell import DELAY_MAX
    from core.jobs import jittered
    from core.sweeping import TURNS_MAX
    from signing.services import schedule

    day = Day(requests, workers)
    events: list[tuple[float, int, Callable[[float], None]]] = []
    order = iter(range(10**9))
    slot = 0.0  # when the clock's pace is free again
    places = workers * THREADS
    due = [(request.due_at, request.no) for request in requests]  # a heap; outdated entries are left in it
    heapq.heapify(due)

    def at(when: float, do: Callable[[float], None]) -> None:
        heapq.heappush(events, (when, next(order), do))

    def becomes_due(request: Request, when: float) -> None:
        request.due_at = when
        heapq.heappush(due, (when, request.no))

    def longest_due(now: float) -> Request | None:
        while due and due[0][0] <= now:
            request = requests[due[0][1]]
            if request.due_at == due[0][0] and not request.leased:
                return request
            heapq.heappop(due)
        return None

    def look(request: Request, now: float, *, by_clock: bool) -> None:
        claim = Claim(0, "", UUID(int=request.no), request.fence, 0, 0, 0, "")
        request.fence += 1
        request.gets += 1
        request.bucket_at = schedule.bucket_after(request.bucket_at, now=moment(now))
        day.gets[request.kind] += 1
        day.latest = max(day.latest, now - request.due_at) if by_clock else day.latest
        if request.lost_at is not None:
            day.found.append(now - request.lost_at)
            request.lost_at = None
        activity = None if request.activity_at is None else moment(request.activity_at)
        planned = schedule.next_look(
            now=moment(now), created_at=moment(request.created_at), activity_at=activity
        )
        assert planned is not None
        wait = jittered(planned, claim=claim)
        becomes_due(request, now + wait)
        if wait <= DELAY_MAX:
            at(request.due_at, turn)

    def turn(now: float) -> None:
        """It takes a place and a slot, if there are a place and something to do; otherwise it is dropped."""
        nonlocal places, slot
        if places and longest_due(now):
            places -= 1
            slot = max(slot, now) + 1 / settings.CLOCK_GETS_PER_SECOND
            at(slot - 1 / settings.CLOCK_GETS_PER_SECOND, work)

    def work(now: float) -> None:
        request = longest_due(now)
        rest = schedule.bucket_wait(request.bucket_at, now=moment(now)) if request else 0.0
        if request and rest:
            becomes_due(request, now + rest)
            at(request.due_at, partial(bell, request))
        elif request:
            request.leased = True
            at(now + LOOK_SECONDS, partial(looked, request))
            return
        over(now)

    def looked(request: Request, now: float) -> None:
        request.leased = False
        look(request, now, by_clock=True)
        over(now)

    def over(now: float) -> None:
        nonlocal places
        places += 1
        turn(now)

    def bell(request: Request, now: float) -> None:
        """A doorbell has threads and no pace of its own."""
        if request.due_at <= now and not request.leased:
            look(request, now, by_clock=True)

    def tick(now: float) -> None:
        for _ in range(TURNS_MAX):
            turn(now)
        at(now + TICK, tick)

    def follow(request: Request, now: float) -> None:
        """The link is followed: it rings for a look as soon as somebody is likely signing."""
        request.activity_at = now
        becomes_due(request, min(request.due_at, now + settings.CHECK_SECONDS_ACTIVE))
        at(request.due_at, partial(bell, request))

    def sign(request: Request, lost: bool, now: float) -> None:
        request.lost_at = now
        if not lost:
            look(request, now + LOOK_SECONDS, by_clock=False)
            request.activity_at = now

    at(0.0, tick)
    for one in signatures:
        at(one.followed_at, partial(follow, requests[one.no]))
        at(one.signed_at, partial(sign, requests[one.no], one.lost))
    while events and events[0][0] < DAY:
        now, _, do = heapq.heappop(events)
        do(now)
    return day


def mixed(number: int, *, by: random.Random) -> list[Request]:
    """Most are days old and untouched; a tenth is new today; one in fifty is being signed."""
    requests = []
    for no in range(number):
        kind = "signing" if no % 50 == 0 else "new today" if no % 10 == 1 else "untouched"
        created = by.uniform(0, DAY / 2) if kind == "new today" else -by.uniform(1, 30) * DAY
        due = created + by.uniform(0, 600) if kind == "new today" else by.uniform(0, 12_000)
        requests.append(Request(no, kind, created_at=created, due_at=max(0.0, due)))
    return requests


def a_day(number: int, *, workers: int, seed: int = 1) -> Day:
    by = random.Random(seed)  # noqa: S311  # a story, not a secret
    requests = mixed(number, by=by)
    signatures = []
    for request in requests:
        if request.kind == "signing":
            followed = by.uniform(3600, DAY - 3600)  # and a session at Setu lasts 15 minutes
            signatures.append(
                Signature(followed, followed + by.uniform(20, 850), request.no, lost=by.random() < 0.5)
            )
    return played(requests, workers=workers, signatures=signatures)


def table(day: Day) -> list[str]:
    lines = ["requests              number   GETs a request and day   most"]
    for kind in ("untouched", "new today", "signing"):
        counts = [request.gets for request in day.requests if request.kind == kind]
        lines.append(f"{kind:20} {len(counts):7d} {sum(counts) / len(counts):24.1f} {max(counts):6d}")
    lines.append(f"all: {sum(day.gets.values()):,} GETs, {sum(day.gets.values()) / DAY:.2f} a second")
    lines.append(f"lost callbacks found after {max(day.found):.0f} s at most ({len(day.found)} signatures)")
    return lines


def main() -> int:
    import django

    django.setup()
    for workers in (1, 2):
        day = a_day(10_000, workers=workers)
        sys.stdout.write(f"{workers} worker(s)\n" + "\n".join(table(day)) + "\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
