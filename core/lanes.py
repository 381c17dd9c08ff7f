"""The clock's lane never takes all threads of a worker: however slow Setu is, some are left for doorbells."""

import contextlib
import threading
from collections.abc import Iterator

from dramatiq import Broker, Middleware, Worker

from core.doorbell import CLOCK_QUEUE

FULL_SECONDS = 5.0  # s until a message of the clock's that found no place is tried again

_places: threading.BoundedSemaphore | None = None  # None: the clock has a worker of its own


class Lanes(Middleware):
    """Where one worker serves all queues, the clock's messages get half of its threads at most."""

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:
        global _places
        shared = not worker.consumer_whitelist or worker.consumer_whitelist > {CLOCK_QUEUE}
        _places = threading.BoundedSemaphore(max(1, worker.worker_threads // 2)) if shared else _places


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
