"""The queue: one Dramatiq message carries one job's id and means "look whether this is due".

Each kind of job has two lanes: doorbells, and the clock's, so that a backlog found by the clock never delays
a callback. A message that cannot be sent is logged and forgotten: the clock finds the job within a minute.
Three that failed in a row, and for five seconds none is tried: a frozen Redis must not take the web's threads.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import dramatiq
from django.db import transaction
from dramatiq.errors import DramatiqError
from redis.exceptions import RedisError

from core.breaker import Breaker
from core.claims import Claim

log = logging.getLogger(__name__)
DELAY_MAX = 60.0  # s
CLOCK_QUEUE = "clock"


@dataclass(frozen=True)
class Kind:
    name: str
    lease: float  # s: the longest step's limit + 15
    work: Callable[[Claim], None]
    by_bell: "dramatiq.Actor[[int], None]"
    by_clock: "dramatiq.Actor[..., None]"


breaker = Breaker(failures=3, seconds=5.0)  # R3
KINDS: dict[str, Kind] = {}


def kind(name: str) -> Kind:
    """The declared kind of that name. Raises LookupError."""
    if name not in KINDS:
        raise LookupError(f"No actor declares jobs of the kind {name}.")
    return KINDS[name]


def send(name: str, job_id: int, *, delay: float = 0, by_clock: bool = False, paced: bool = False) -> bool:
    """Send one message, now or in `delay` seconds. Never raises for a queue that is down; False: it has not left.

    paced: it has its slot in the clock's pace already.
    """
    chosen = kind(name)
    lane: dramatiq.Actor[..., None] = chosen.by_clock if by_clock else chosen.by_bell
    if not breaker.allows():
        log.debug("doorbell.left_out", extra={"kind": name, "job_id": job_id})
        return False
    try:
        lane.send_with_options(args=(job_id, True) if paced else (job_id,), delay=int(delay * 1000) or None)
    except (DramatiqError, RedisError, OSError) as error:
        breaker.failed()
        log.warning(
            "doorbell.not_sent", extra={"kind": name, "job_id": job_id, "error": type(error).__name__}
        )
        return False
    breaker.went_well()
    return True


def ring_on_commit(name: str, job_id: int, *, delay: float = 0, by_clock: bool = False) -> None:
    """Send when the transaction commits. What is due later than a minute from now is left to the clock."""
    if delay > DELAY_MAX:
        return
    transaction.on_commit(lambda: send(name, job_id, delay=delay, by_clock=by_clock))
