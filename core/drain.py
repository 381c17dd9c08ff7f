"""How a worker ends: it takes nothing new, finishes the step in hand, and interrupts only what takes long.

A step that is interrupted between asking Setu and writing down the answer has to be sorted out later, so it gets a
few seconds first. Platforms kill a process 30 s after SIGTERM.
"""

import threading

from dramatiq import Broker, Worker
from dramatiq.middleware import ShutdownNotifications

GRACE_SECONDS = 5.0
stopping = threading.Event()


class Drain(ShutdownNotifications):
    """Dramatiq's interruption at shutdown, with grace; `stopping` is set from the first moment."""

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:
        stopping.clear()

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:
        stopping.set()
        interrupt = threading.Timer(GRACE_SECONDS, self.manager.shutdown)
        interrupt.daemon = True
        interrupt.start()
