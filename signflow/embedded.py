"""One process is enough: without Redis the web process also holds the worker's threads and the clock's ticker."""

import logging
import threading
import time
from collections.abc import Callable

import dramatiq
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections
from dramatiq import Worker

from core import doorbell, heartbeats, sweeping
from core.minutely import minute_over

log = logging.getLogger(__name__)
MINUTE = 60.0  # s
STOP_SECONDS = 8.0
BEAT_SECONDS = 15.0


def start() -> Callable[[], None]:
    """Start workers and ticker; returns what stops them (and lets running jobs be given back).

    The clock's lane has a worker of its own: a backlog it works off, or a slow Setu, never delays a callback.
    """
    broker = dramatiq.get_broker()
    broker.emit_after("process_boot")
    clock = {doorbell.CLOCK_QUEUE}
    bells = broker.get_declared_queues() - clock
    workers = [
        Worker(broker, queues=queues, worker_threads=settings.WORKER_THREADS, worker_timeout=100)
        for queues in (bells, clock)
    ]
    for worker in workers:
        worker.start()
    stopping = threading.Event()
    ticker = threading.Thread(target=_tick_until, args=(stopping,), name="ticker", daemon=True)
    ticker.start()

    def stop() -> None:
        stopping.set()
        for worker in workers:
            worker.stop(timeout=int(STOP_SECONDS * 1000))
        ticker.join(timeout=STOP_SECONDS)

    return stop


def tick() -> int:
    """What the minute clock does, at the ticker's pace. Returns the number of turns sent."""
    heartbeats.beat_if_silent(heartbeats.CLOCK, seconds=BEAT_SECONDS)
    return sweeping.sweep()


def _tick_until(stopping: threading.Event) -> None:
    minute_at = -MINUTE
    while not stopping.wait(settings.TICK_SECONDS):
        try:
            close_old_connections()
            tick()
            if time.monotonic() - minute_at > MINUTE:
                minute_at = time.monotonic()
                minute_over()
        except DatabaseError:
            log.warning("ticker.database_unavailable", exc_info=True)
        except Exception:  # the ticker must outlive whatever goes wrong once
            log.exception("ticker.stumbled")
    connections.close_all()
