"""One process is enough: without Redis the web process also holds the worker's threads and the clock's ticker."""

import logging
import threading
from collections.abc import Callable

import dramatiq
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections
from dramatiq import Worker

from core import heartbeats, jobs

log = logging.getLogger(__name__)
SWEEP_AGAIN_SECONDS = 10.0  # a swept job is normally worked at once: the queue is this process's memory
STOP_SECONDS = 8.0
BEAT_SECONDS = 15.0


def start() -> Callable[[], None]:
    """Start worker and ticker; returns what stops them (and lets running jobs be given back)."""
    broker = dramatiq.get_broker()
    broker.emit_after("process_boot")
    worker = Worker(broker, worker_threads=settings.WORKER_THREADS, worker_timeout=100)
    worker.start()
    stopping = threading.Event()
    ticker = threading.Thread(target=_tick_until, args=(stopping,), name="ticker", daemon=True)
    ticker.start()

    def stop() -> None:
        stopping.set()
        worker.stop(timeout=int(STOP_SECONDS * 1000))
        ticker.join(timeout=STOP_SECONDS)

    return stop


def tick() -> int:
    """What the minute clock does, at the ticker's pace. Returns the number of jobs rung."""
    heartbeats.beat_if_silent(heartbeats.CLOCK, seconds=BEAT_SECONDS)
    per_second = settings.CLOCK_GETS_PER_SECOND
    return jobs.sweep(limit=max(1, int(per_second * settings.TICK_SECONDS)), again_after=SWEEP_AGAIN_SECONDS)


def _tick_until(stopping: threading.Event) -> None:
    while not stopping.wait(settings.TICK_SECONDS):
        try:
            close_old_connections()
            tick()
        except DatabaseError:
            log.warning("ticker.database_unavailable", exc_info=True)
        except Exception:  # the ticker must outlive whatever goes wrong once
            log.exception("ticker.stumbled")
    connections.close_all()
