"""The worker's side of a job: a message comes in, the job is claimed and worked until nothing is due."""

import logging
import time
from collections.abc import Callable

import dramatiq
from dramatiq.middleware import Shutdown
from dramatiq.threading import Interrupt

from core import doorbell, jobs
from core.claims import Claim
from core.doorbell import Kind
from core.log import bind, scoped

log = logging.getLogger(__name__)
STEPS_MAX = 10  # claims one message may lead to


def actor(name: str, *, queue: str, lease: float) -> Callable[[Callable[[Claim], None]], Kind]:
    """Declare what works jobs of one kind. The function gets a claim and settles it itself."""

    def declare(work: Callable[[Claim], None]) -> Kind:
        def run(job_id: int) -> None:
            run_job(name, job_id)

        limit = int(lease * 2000)  # ms: catches a step that exceeds its own limits
        lanes = [
            dramatiq.actor(actor_name=actor_name, queue_name=lane, time_limit=limit, notify_shutdown=True)(
                run
            )
            for actor_name, lane in ((name, queue), (f"{name}.clock", doorbell.CLOCK_QUEUE))
        ]
        doorbell.KINDS[name] = Kind(name=name, lease=lease, work=work, by_bell=lanes[0], by_clock=lanes[1])
        return doorbell.KINDS[name]

    return declare


@scoped
def run_job(name: str, job_id: int) -> None:
    """Claim and work a job until nothing is due, somebody else has it, or the lease's time is used up."""
    chosen = doorbell.kind(name)
    until = time.monotonic() + chosen.lease
    for _ in range(STEPS_MAX):
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
            doorbell.send(name, job_id)  # another worker need not wait for the clock
            raise
        except Interrupt as over:  # the time limit: a step that always takes too long must not be free
            log.error("job.interrupted", extra={"kind": name, "subject": claim.subject})
            jobs.stumble(claim, error=over)
            raise
        except Exception as error:
            log.exception("job.stumbled", extra={"kind": name, "subject": claim.subject})
            jobs.stumble(claim, error=error)
            return
        if time.monotonic() > until:
            break
    doorbell.send(name, job_id)
