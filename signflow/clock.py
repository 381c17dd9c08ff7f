"""The clock process: `periodiq -v django_dramatiq.setup signflow.clock`. It sends each minute's messages.

A scheduler that hangs would be missed by nobody: a thread beside it ends the process when no message has been sent, or
tried to be sent, for two and a half minutes, and the platform starts another.
"""

import logging
import os
import threading
import time
from typing import Any

import dramatiq
from dramatiq import Broker, Message, Middleware

log = logging.getLogger(__name__)
SILENT_SECONDS = 150.0
EXIT_CODE = 70


class Watch(Middleware):
    """Notes when a message was last about to be sent; a queue that is away is no reason to end."""

    def __init__(self) -> None:
        self.sent_at = time.monotonic()

    def before_enqueue(self, broker: Broker, message: Message[Any], delay: int | None) -> None:
        self.sent_at = time.monotonic()

    def end_when_silent(self) -> None:
        while time.monotonic() - self.sent_at < SILENT_SECONDS:
            time.sleep(1)
        log.critical("clock.silent")
        os._exit(EXIT_CODE)


watch = Watch()
dramatiq.get_broker().add_middleware(watch)
threading.Thread(target=watch.end_when_silent, name="watch", daemon=True).start()
