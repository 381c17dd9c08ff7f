"""A worker that cannot work ends, so that the platform starts another; one that can says so every few seconds.

Beside Dramatiq's own threads one more runs in each worker process: it writes the worker's heartbeat, takes the
clock's place while no clock ticks, and ends the process when a thread of Dramatiq's is dead or stuck.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, close_old_connections
from dramatiq import Broker, Middleware, Worker
from dramatiq.broker import MessageProxy

from core import heartbeats, sweeping

log = logging.getLogger(__name__)
EVERY_SECONDS = 10.0
STUCK_SECONDS = 300.0  # s on one message: thrice the longest lease, and Dramatiq's own limit has passed
EXIT_CODE = 70


class Liveness(Middleware):
    """Started and stopped with the worker. `exit` is what ends the process; tests put another in its place."""

    def __init__(self, *, every: float = EVERY_SECONDS, exit: Any = os._exit) -> None:  # noqa: A002  # the system's word
        self._every, self._exit = every, exit
        self._busy_since: dict[int, float] = {}
        self._stopping = threading.Event()
        self.name = f"{heartbeats.WORKER}{socket.gethostname()}:{os.getpid()}"

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:
        self.name = f"{heartbeats.WORKER}{socket.gethostname()}:{os.getpid()}"
        self._stopping.clear()
        threading.Thread(target=self._watch, args=(worker,), name="liveness", daemon=True).start()

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:
        self._stopping.set()

    def before_process_message(self, broker: Broker, message: MessageProxy) -> None:
        self._busy_since[threading.get_ident()] = time.monotonic()

    def after_process_message(
        self,
        broker: Broker,
        message: MessageProxy,
        *,
        result: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        self._busy_since.pop(threading.get_ident(), None)

    def after_skip_message(self, broker: Broker, message: MessageProxy) -> None:
        self._busy_since.pop(threading.get_ident(), None)

    def fault(self, worker: Worker) -> str:
        """What keeps the worker from working, in a few words; empty when nothing does."""
        threads = [*worker.workers, *worker.consumers.values()]
        if not all(thread.is_alive() for thread in threads):
            return "a thread is dead"
        since = min(list(self._busy_since.values()), default=time.monotonic())
        return "a thread is stuck" if time.monotonic() - since > STUCK_SECONDS else ""

    def _watch(self, worker: Worker) -> None:
        self._do(self._beat)
        while not self._stopping.wait(self._every):
            if found := self.fault(worker):
                log.critical("worker.cannot_work", extra={"reason": found})
                self._exit(EXIT_CODE)
                return
            self._do(self._beat, sweeping.sweep_without_clock)

    def _beat(self) -> None:
        heartbeats.beat(self.name)

    def _do(self, *works: Callable[[], object]) -> None:
        """This thread must outlive whatever goes wrong once."""
        try:
            close_old_connections()
            for work in works:
                work()
        except DatabaseError:
            log.warning("worker.no_heartbeat", exc_info=True)
        except Exception:
            log.exception("worker.watch_stumbled")
        finally:
            close_old_connections()
