"""The worker's side of a job: a message comes in, the job is claimed and worked until nothing is due."""

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

log = logging.getLogger(__name__)
STEPS_MAX = 10  # claims one message may lead to
PACE_SECONDS_MIN = 0.05  # s; a shorter wait is not worth another message


def actor(name: str, *, queue: str, lease: float) -> Callable[[Callable[[Claim], None]], Kind]:
    """Declare what works jobs of one kind. The function gets a claim and settles it itself."""

    def declare(work: Callable[[Claim], None]) -> Kind:
        def by_bell(job_id: int) -> None:
            run_job(name, job_id)

        def by_clock(job_id: int, paced: bool = False) -> None:
            run_at_pace(name, job_id, paced=paced)

        limit = int(lease * 2000)  # ms: catches a step that exceeds its own limits
        lanes = [
            dramatiq.actor(actor_name=actor_name, queue_name=lane, time_limit=limit, notify_shutdown=True)(
                run
            )
            for run, actor_name, lane in (
                (by_bell, name, queue),
                (by_clock, f"{name}.clock", doorbell.CLOCK_QUEUE),
            )
        ]
        doorbell.KINDS[name] = Kind(name=name, lease=lease, work=work, by_bell=lanes[0], by_clock=lanes[1])
        return doorbell.KINDS[name]

    return declare


def run_at_pace(name: str, job_id: int, *, paced: bool) -> None:
    """The clock's lane: at most so many jobs a second over all workers, so that Setu is not flooded."""
    wait = 0.0 if paced else pace.slot(doorbell.CLOCK_QUEUE, per_second=settings.CLOCK_GETS_PER_SECOND)
    if wait > PACE_SECONDS_MIN:
        doorbell.send(name, job_id, delay=wait, by_clock=True, paced=True)
        return
    with lanes.clock_place() as free:
        if free:
            run_job(name, job_id)
        else:
            doorbell.send(name, job_id, delay=lanes.FULL_SECONDS, by_clock=True, paced=True)


@scoped
def run_job(name: str, job_id: int) -> None:
    """Claim and work a job until nothing is due, somebody else has it, or the lease's time is used up."""
    chosen = doorbell.kind(name)
    until = time.monotonic() + chosen.lease
    for _ in range(STEPS_MAX):
        if drain.stopping.is_set():
            break
        claim = jobs.claim(job_id, lease=chosen.lease)
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
    log.error("job.database_failed", extra={"kind": claim.kind, "subject": claim.subject}, exc_info=error)
    if not connection.in_atomic_block:  # a test's
        connection.close_if_unusable_or_obsolete()
    try:
        jobs.put_off(claim, failure="The database failed")
    except DATABASE_ERRORS:
        log.warning("job.not_put_off", extra={"kind": claim.kind, "subject": claim.subject})
