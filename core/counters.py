"""Counts that are right with any number of processes: rows, to which each process adds what it has counted since.

Counting costs nothing but memory; a thread of each web and worker process writes it down every few seconds and at the
end. A process that is killed takes at most those seconds with it.
"""

import json
import logging
import threading
import time
from dataclasses import dataclass
from datetime import datetime

from django.db import Error as AnyDatabaseError
from django.db import close_old_connections, connection, transaction
from django.db.models import F
from dramatiq import Broker, Middleware, Worker

from core.clock import after
from core.models import Counter

log = logging.getLogger(__name__)
FLUSH_SECONDS = 3.0

_lock = threading.Lock()
_pending: dict[tuple[str, str], tuple[int, float]] = {}  # → how often, and when last (monotonic)


@dataclass(frozen=True)
class Total:
    labels: dict[str, str]
    value: int
    at: datetime


def count(name: str, *, times: int = 1, **labels: str) -> None:
    """Once more, or so many times. Thread-safe; written at the next flush."""
    key = name, json.dumps(labels, sort_keys=True)
    with _lock:
        _pending[key] = _pending.get(key, (0, 0.0))[0] + times, time.monotonic()


def flush() -> None:
    """Write what was counted: one UPDATE for each name and labels. What cannot be written waits for the next time."""
    with _lock:
        batch = dict(
            sorted(_pending.items())
        )  # in one order everywhere: no two processes wait for each other
        _pending.clear()
    try:
        with transaction.atomic():
            for (name, labels), (number, last) in batch.items():
                _add(name, labels, number=number, seconds_ago=time.monotonic() - last)
    except AnyDatabaseError as error:
        log.warning("counters.not_written", extra={"error": type(error).__name__})
        with _lock:
            for key, (number, last) in batch.items():
                more, newer = _pending.get(key, (0, last))
                _pending[key] = number + more, max(last, newer)


def totals(name: str) -> list[Total]:
    return totals_of(name)[name]


def totals_of(*names: str) -> dict[str, list[Total]]:
    """Those of several names, by one statement."""
    found: dict[str, list[Total]] = {name: [] for name in names}
    for row in Counter.objects.filter(name__in=names).order_by("labels"):
        found[row.name].append(Total(json.loads(row.labels), row.value, row.at))
    return found


def _add(name: str, labels: str, *, number: int, seconds_ago: float) -> None:
    row = Counter.objects.filter(name=name, labels=labels)
    if not row.update(value=F("value") + number, at=after(-seconds_ago)):
        Counter.objects.bulk_create(
            [Counter(name=name, labels=labels, at=after(-seconds_ago))], ignore_conflicts=True
        )
        row.update(value=F("value") + number)


class Flusher:
    """The thread that writes down what its process counts."""

    def __init__(self, *, every: float = FLUSH_SECONDS) -> None:
        self._every = every
        self._stopping = threading.Event()

    def start(self) -> None:
        self._stopping.clear()
        threading.Thread(target=self._run, name="counters", daemon=True).start()

    def stop(self) -> None:
        """Write the rest. Repeating is safe."""
        self._stopping.set()
        _flush_and_leave()

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            _flush_and_leave()


class Flushing(Middleware):
    """The same beside a worker."""

    def __init__(self, *, every: float = FLUSH_SECONDS) -> None:
        self._flusher = Flusher(every=every)

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:
        self._flusher.start()

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:
        self._flusher.stop()


def _flush_and_leave() -> None:
    if not _pending:
        return
    close_old_connections()
    try:
        flush()
    finally:
        connection.close()
