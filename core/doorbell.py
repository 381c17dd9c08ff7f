"""The queue: one Dramatiq message carries one job's id and means "look whether this is due".

The clock's lane is apart, so that a backlog never delays a callback. Its messages name no job: each is a turn, in which
what has been due the longest is worked (core/lanes.py). However long the backlog, a few of them suffice.
A message that cannot be sent is logged and forgotten: the clock finds the job within a minute.
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
TURN = "core.turn"


@dataclass(frozen=True)
class Kind:
    name: str
    lease: float  # s: the longest step's limit + 15
    work: Callable[[Claim], None]
    by_bell: "dramatiq.Actor[[int], None]"


breaker = Breaker(failures=3, seconds=5.0)  # R3
KINDS: dict[str, Kind] = {}


def kind(name: str) -> Kind:
    """The declared kind of that name. Raises LookupError."""
    if name not in KINDS:
        raise LookupError(f"No actor declares jobs of the kind {name}.")
    return KINDS[name]


def send(name: str, job_id: int, *, delay: float = 0) -> bool:
    """Send one message, now or in `delay` seconds. Never raises for a queue that is down; False: it has not left."""
    return _send(kind(name).by_bell, job_id, delay=delay)


def send_turn(*, delay: float = 0) -> bool:
    """Let the clock's lane work what is due, now or in `delay` seconds. As `send`."""
    return _send(dramatiq.get_broker().get_actor(TURN), delay=delay)


def _send(actor: "dramatiq.Actor[..., None]", *args: int, delay: float) -> bool:
    about = {"actor": actor.actor_name, "job_id": args[0] if args else None}
    if not breaker.allows():
        log.debug("doorbell.left_out", extra=about)
        return False
    try:
        actor.send_with_options(args=args, delay=int(delay * 1000) or None)
    except (DramatiqError, RedisError, OSError) as error:
        breaker.failed()
        log.warning("doorbell.not_sent", extra=about | {"error": type(error).__name__})
        return False
    breaker.went_well()
    return True


def ring_on_commit(name: str, job_id: int, *, delay: float = 0) -> None:
    """Send when the transaction commits. What is due later than a minute from now is left to the clock."""
    if delay <= DELAY_MAX:
        transaction.on_commit(lambda: send(name, job_id, delay=delay))


def turn_on_commit(*, delay: float) -> None:
    """A turn of the clock's lane, likewise."""
    if delay <= DELAY_MAX:
        transaction.on_commit(lambda: send_turn(delay=delay))
