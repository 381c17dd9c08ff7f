"""The worker's side of a job: a message comes in, a job is claimed and worked until nothing of it is due."""

import logging
import time
from collections.abc import Callable

import dramatiq
from django.conf import settings
from django.db import connection
from dramatiq.middleware import Shutdown
from dramatiq.threading import Interrupt

from core import doorbell, drain, jobs, lanes, pace
from core.claims import Claim
from core.doorbell import Kind
from core.log import bind, scoped
from core.outage import DATABASE_ERRORS, database_failed
from core.timelimit import limited, step_seconds

log = logging.getLogger(__name__)
PACE = "clock.turns"
STEPS_MAX = 10  # claims one message may lead to
ANOTHER_STEP_SHARE = (
    0.25  # of the lease; a step begun later could meet Dramatiq's limit through no fault of its own
)
TURN_SECONDS = 5.0  # s after which a turn makes room: where there is one thread, doorbells wait for it
SLOT_SECONDS_MAX = 30.0  # s; far more than all threads' slots together
PUT_OFF_TRIES = 3
PUT_OFF_SECONDS = 2.0  # s between two tries; as often as a database that is away is asked (core/postgres)


def actor(name: str, *, queue: str, lease: float) -> Callable[[Callable[[Claim], None]], Kind]:
    """Declare what works jobs of one kind. The function gets a claim and settles it itself."""

    def declare(work: Callable[[Claim], None]) -> Kind:
        def by_bell(job_id: int) -> None:
            try:
                run_job(name, job_id)
            except DATABASE_ERRORS:  # at the claim: the job is nobody's, and no message names it any more
                log.warning("bell.database_failed", exc_info=True)
                lanes.turn_again()

        limit = int(step_seconds(lease) * 1000)
        door = dramatiq.actor(actor_name=name, queue_name=queue, time_limit=limit, notify_shutdown=True)
        doorbell.KINDS[name] = Kind(name=name, lease=lease, work=work, by_bell=door(by_bell))
        return doorbell.KINDS[name]

    return declare


def run_turn() -> None:
    """The clock's lane: work what is due, the longest due first, so many jobs a second over all workers.

    Ends when nothing is due, when all places are taken, or after a while, and then another turn goes on. So it does
    where the worker ends, or the database fails: a row that somebody keeps locked is enough.
    """
    try:
        _turn()
    except DATABASE_ERRORS:
        log.warning("turn.database_failed", exc_info=True)
        lanes.turn_again()


def _turn() -> None:
    until = time.monotonic() + TURN_SECONDS
    while jobs.longest_due(limit=1):
        with lanes.clock_place() as free:
            if not free:
                lanes.turn_again()  # to whoever has a place; those who hold them here look again after their job
                return
            slot = pace.slot(PACE, per_second=settings.CLOCK_GETS_PER_SECOND)
            if drain.stopping.wait(min(slot, SLOT_SECONDS_MAX)):
                lanes.turn_again()
                return
            for job_id, name in jobs.longest_due(limit=1):
                with limited(step_seconds(doorbell.kind(name).lease)):
                    run_job(name, job_id)
        if time.monotonic() > until:
            doorbell.send_turn()
            return


@scoped
def run_job(name: str, job_id: int) -> None:
    """Claim and work a job until nothing is due, somebody else has it, or its share of time is used up."""
    chosen = doorbell.kind(name)
    until = time.monotonic() + chosen.lease * ANOTHER_STEP_SHARE
    for _ in range(STEPS_MAX):
        if drain.stopping.is_set():
            break
        claim = jobs.claim(job_id, lease=chosen.lease, kind=name)
        if claim is None:
            return
        bind(kind=name, subject=claim.subject, fence=claim.fence)
        try:
            chosen.work(claim)
        except jobs.LeaseLost:
            log.warning("job.lease_lost", extra={"kind": name, "subject": claim.subject})
            return
        except Shutdown:
            jobs.release(claim)
            log.info("job.given_back", extra={"kind": name, "subject": claim.subject})
            break
        except Interrupt as over:  # the time limit: a step that always takes too long must not be free
            log.error("job.interrupted", extra={"kind": name, "subject": claim.subject})
            jobs.stumble(claim, error=over)
            return
        except Exception as error:
            if database_failed(error):
                _put_off(claim, error=error)
                return
            log.exception("job.stumbled", extra={"kind": name, "subject": claim.subject})
            jobs.stumble(claim, error=error)
            return
        if time.monotonic() > until:
            break
    doorbell.send(name, job_id)  # another turn, or another worker, goes on


def _put_off(claim: Claim, *, error: Exception) -> None:
    """The database failed in mid-work: no fault of the job's. If it cannot be told so either, its lease runs out."""
    fields = {"kind": claim.kind, "subject": claim.subject}
    log.error("job.database_failed", extra=fields, exc_info=error)
    for tries in range(1, PUT_OFF_TRIES + 1):
        if not connection.in_atomic_block:  # a test's
            connection.close_if_unusable_or_obsolete()
        try:
            if not jobs.put_off(claim, failure="The database failed"):
                lanes.turn_again()  # settled all the same: the answer to its commit was lost, and so was the ring
            return
        except DATABASE_ERRORS:
            if tries == PUT_OFF_TRIES or drain.stopping.wait(PUT_OFF_SECONDS):
                break
    log.warning("job.not_put_off", extra=fields)
