"""The clock's lane: what is due is worked in turns, the longest due first, beside doorbells and never before them.

A message on it is a turn and names no job. Who has a place works what is due, one job after the other, each at its
slot of the pace; a turn that finds no place is dropped, as whoever holds the places looks again what is due before
they go. So neither messages nor slots pile up, however long the backlog and however slow Setu is. A turn that leaves
something undone comes again, one at a time for each process: another worker may be idle.
"""

import contextlib
import threading
import time
from collections.abc import Iterator

from dramatiq import Broker, Middleware, Worker

from core.doorbell import CLOCK_QUEUE, send_turn

AGAIN_SECONDS = 2.0
_places: threading.BoundedSemaphore | None = None  # None: no worker runs in this process
_again = threading.Lock()
_again_at = 0.0  # when the turn that this process sent has come


class Lanes(Middleware):
    """The clock gets half of a worker's threads at most; of a worker of its own all but one, which hears the tick."""

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:
        global _places
        queues = worker.consumer_whitelist
        if queues and CLOCK_QUEUE not in queues:
            return
        share = worker.worker_threads - 1 if queues == {CLOCK_QUEUE} else worker.worker_threads // 2
        _places = threading.BoundedSemaphore(max(1, share))
        send_turn()  # what became due while no worker ran need not wait for the next tick (R13)


@contextlib.contextmanager
def clock_place() -> Iterator[bool]:
    """A thread for the clock's work, while the context lasts. False: there is none just now."""
    places = _places
    if places is None:
        yield True
    elif places.acquire(blocking=False):
        try:
            yield True
        finally:
            places.release()
    else:
        yield False


def turn_again() -> None:
    """Another turn in two seconds, for what this one leaves undone. Until it comes this process sends no second one."""
    global _again_at
    with _again:
        if time.monotonic() < _again_at:
            return
        _again_at = time.monotonic() + AGAIN_SECONDS
    send_turn(delay=AGAIN_SECONDS)
