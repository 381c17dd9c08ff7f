"""Background work as database rows. The queue only carries doorbells; losing one costs a minute, never work.

ring → claim → (the work) → settle. A claim raises the row's fence; settle is called inside the transaction that
writes the work's result and refuses a stale holder, so the result rolls back with it. All times are the
database's and all claims are conditional updates: any number of web, worker and clock processes may run.
"""

import logging
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Now

from core import doorbell
from core.claims import Claim as Claim
from core.clock import after, sql_after
from core.models import Job
from core.prepared import adapted

log = logging.getLogger(__name__)

CRASHES_MAX = 5  # claims in a row that never settled; then the job is dead until a person revives it
NEVER_ENDED = "Each time the worker died, or took longer than it may."
CLOCK = "clock"  # the cause of a run that nobody rang for
BACKOFF_SECONDS = (2.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0)  # s, by number of failures in a row
# One statement: the row is made or found, and locked, whoever else rings at the same time.
RING = """
    INSERT INTO core_job (kind, subject, due_at, cause, wanted, fence, crashes, failures, last_error)
    VALUES (%s, %s, {due}, %s, 1, 0, 0, 0, '')
    ON CONFLICT (kind, subject) DO UPDATE SET
        wanted = core_job.wanted + 1,
        due_at = {greatest}({sooner}, COALESCE({rest}, {sooner})),
        rest_until = {rest},
        cause = excluded.cause
    RETURNING id, rest_until IS NOT NULL AND rest_until > {now}"""
WORDS = {
    "sooner": "{least}(COALESCE(core_job.due_at, excluded.due_at), excluded.due_at)",
    "rest": "CASE WHEN %s THEN NULL ELSE core_job.rest_until END",
}
BY_VENDOR = {
    "postgresql": {"least": "LEAST", "greatest": "GREATEST"},
    "sqlite": {"least": "MIN", "greatest": "MAX"},
}


class LeaseLost(Exception):  # an event, not a mistake
    """Somebody else has claimed the job since. What the holder was about to write must not be written."""


def ring(kind: str, *, subject: UUID, cause: str, after_seconds: float = 0, rested: bool = False) -> None:
    """Ask for work, in the caller's transaction; the message leaves on commit. Repeating is safe.

    A ring during a run makes the job due again when the run settles. A postponed job stays so, and no message
    is sent for it, unless `rested` ends its rest. A dead job is not revived by it.
    """
    doorbell.kind(kind)  # an undeclared kind fails here, not in the worker
    due, seconds = sql_after(after_seconds)
    now, zero = sql_after(0)
    words = BY_VENDOR[connection.vendor]
    parts = {name: text.format(**words) for name, text in WORDS.items()}
    sql = RING.format(due=due, now=now, **words, **parts)
    with transaction.atomic(savepoint=False):
        with connection.cursor() as cursor:
            cursor.execute(sql, [kind, adapted(subject), seconds, cause, rested, rested, zero])
            ((job_id, rests),) = cursor.fetchall()
        if not rests:
            doorbell.ring_on_commit(kind, job_id, delay=after_seconds)


def claim(job_id: int, *, lease: float, kind: str = "") -> Claim | None:
    """Take a job that is due, for `lease` seconds. None: it is idle, leased, dead, or somebody was faster.

    kind: none but this. After a restore of the database an old message may carry the id of another job.
    """
    rows = Job.objects.filter(id=job_id, kind=kind) if kind else Job.objects.filter(id=job_id)
    with transaction.atomic():
        taken = _free(rows).update(
            fence=F("fence") + 1,
            crashes=F("crashes") + 1,
            leased_until=after(lease),
            rest_until=None,
        )
        if not taken:
            return None
        job = Job.objects.get(id=job_id)
        if job.crashes > CRASHES_MAX:
            reason = job.last_error or NEVER_ENDED
            Job.objects.filter(id=job_id).update(dead_at=Now(), leased_until=None, last_error=reason)
            log.error("job.dead", extra={"kind": job.kind, "subject": job.subject, "reason": reason})
            return None
    return Claim(
        job_id=job.id,
        kind=job.kind,
        subject=job.subject,
        fence=job.fence,
        taken=job.wanted,
        crashes=job.crashes,
        failures=job.failures,
        cause=job.cause,
    )


def settle(claim: Claim, *, next_in: float | None, failure: str = "", planned: bool = False) -> None:
    """End a claim, inside the transaction that writes what the work found. Raises LeaseLost.

    next_in: seconds until the next run is due, None for none. A ring since the claim makes it due now.
    failure: what was unavailable, in a few words without ids or names; empty when the work went well.
    planned: nobody waits for the next run: like a failure's, it goes on the clock's lane, at its pace.
    """
    due = Value(None) if next_in is None else after(next_in)
    settled = _held(claim).update(
        due_at=Case(When(wanted=claim.taken, then=due), default=Now()),
        crashes=0,
        leased_until=None,
        failures=F("failures") + 1 if failure else 0,
        last_error=failure[:200],
        cause=Case(When(wanted=claim.taken, then=Value(CLOCK)), default=F("cause")),
    )
    if not settled:
        raise LeaseLost
    if not next_in:
        return
    if planned or failure:
        doorbell.turn_on_commit(delay=next_in)
    else:
        doorbell.ring_on_commit(claim.kind, claim.job_id, delay=next_in)


def postpone(claim: Claim, *, seconds: float) -> None:
    """End a claim that did nothing, to be taken up again in `seconds`, whoever rings meanwhile. Raises LeaseLost.

    What rang and what failed before are remembered.
    """
    rest = after(seconds)
    if not _held(claim).update(due_at=rest, rest_until=rest, leased_until=None, crashes=0):
        raise LeaseLost
    doorbell.ring_on_commit(claim.kind, claim.job_id, delay=seconds)


def put_off(claim: Claim, *, failure: str) -> bool:
    """End a claim whose work failed for want of something of ours: tried again after the back-off, whoever rings.

    A minute at most, however often Setu failed before. Counts as a failure, not as a crash. Does nothing, and returns
    False, if the claim has been settled or lost meanwhile.
    """
    wait = min(backoff(claim), doorbell.DELAY_MAX)
    rest = after(wait)
    ended = _held(claim).update(
        due_at=rest,
        rest_until=rest,
        leased_until=None,
        crashes=0,
        failures=F("failures") + 1,
        last_error=failure[:200],
    )
    if ended:
        doorbell.turn_on_commit(delay=wait)
    return bool(ended)


def hold(claim: Claim) -> None:
    """Make sure, inside a transaction in mid-work, that the claim still stands. Raises LeaseLost."""
    if not _held(claim).update(fence=claim.fence):
        raise LeaseLost


def renew(claim: Claim) -> None:
    """Lease the job anew, from now: another long step begins. Raises LeaseLost."""
    if not _held(claim).update(leased_until=after(doorbell.kind(claim.kind).lease)):
        raise LeaseLost


def jittered(seconds: float, *, claim: Claim) -> float:
    """Up to a fifth more, by subject and fence, so that work asked for together is not repeated together."""
    return seconds * (1 + (hash((claim.subject, claim.fence)) % 100) / 500)


def backoff(claim: Claim, *, most: float | None = None) -> float:
    """Seconds until the next try after a failure or a crash; most: before up to a fifth is added."""
    earlier = max(claim.failures, claim.crashes - 1)  # the claim itself counts as a crash until it settles
    seconds = BACKOFF_SECONDS[min(earlier, len(BACKOFF_SECONDS) - 1)]
    return jittered(seconds if most is None else min(seconds, most), claim=claim)


def release(claim: Claim) -> None:
    """Give the job back untouched because this process is ending; does not count as a crash.

    Does nothing if the claim has been settled or lost meanwhile.
    """
    _held(claim).update(leased_until=None, due_at=Now(), crashes=F("crashes") - 1)


def stumble(claim: Claim, *, error: BaseException) -> None:
    """Give the job back after an error nobody foresaw. Counts as a crash, so it ends after CRASHES_MAX.

    Does nothing if the claim has been settled or lost meanwhile.
    """
    wait = backoff(claim)
    if _held(claim).update(leased_until=None, due_at=after(wait), last_error=type(error).__name__):
        doorbell.turn_on_commit(delay=wait)


def bury(claim: Claim, *, reason: str) -> None:
    """End a claim for good, until a person revives the job, inside the transaction that writes why. Raises LeaseLost.

    reason: a sentence without ids or names.
    """
    if not _held(claim).update(dead_at=Now(), leased_until=None, crashes=0, last_error=reason[:200]):
        raise LeaseLost
    log.error("job.dead", extra={"kind": claim.kind, "subject": claim.subject, "reason": reason})


def longest_due(*, limit: int) -> list[tuple[int, str]]:
    """Ids and kinds of what is due and neither leased nor dead, the longest due first."""
    known = list(doorbell.KINDS)  # a newer release may have rung kinds that are unknown here
    due = _free(Job.objects.filter(kind__in=known)).order_by("due_at", "id")
    return list(due.values_list("id", "kind")[:limit])


def revive(job: Job, *, cause: str) -> None:
    """Give a dead job its five tries back. Repeating is safe."""
    with transaction.atomic():
        Job.objects.filter(id=job.id, dead_at__isnull=False).update(dead_at=None, crashes=0)
        ring(job.kind, subject=job.subject, cause=cause)


def _held(claim: Claim) -> QuerySet[Job]:
    return Job.objects.filter(id=claim.job_id, fence=claim.fence, leased_until__isnull=False)


def _free(jobs: QuerySet[Job]) -> QuerySet[Job]:
    unleased = Q(leased_until__isnull=True) | Q(leased_until__lt=Now())
    return jobs.filter(unleased, due_at__lte=Now(), dead_at__isnull=True)
