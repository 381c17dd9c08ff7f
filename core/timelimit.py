"""Each job has its own limit: Dramatiq's is a message's, and one turn of the clock's lane works many jobs."""

import contextlib
import threading
import time
from collections.abc import Iterator

import dramatiq
from dramatiq.middleware import TimeLimit

LEASES = 2.5  # a step's limit in leases: catches one that exceeds its own limits


def step_seconds(lease: float) -> float:
    return lease * LEASES


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """End what runs meanwhile in a worker's thread with TimeLimitExceeded after so long; then the message's own limit
    goes on. Without effect outside a worker, where no message has a limit.
    """
    thread, deadlines = threading.get_ident(), _deadlines()
    until = deadlines.get(thread)
    if until is None:
        yield
        return
    deadlines[thread] = min(until, time.monotonic() + seconds)
    try:
        yield
    finally:
        deadlines[thread] = until


def _deadlines() -> dict[int, float | None]:
    """Of each worker's thread that is at a message, by Dramatiq's own book; setting one is atomic."""
    for each in dramatiq.get_broker().middleware:
        if isinstance(each, TimeLimit):
            return getattr(each.manager, "deadlines", {})
    return {}
