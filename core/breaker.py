"""Who has failed a few times in a row is left alone for some seconds: a frozen server holds up one caller, not all."""

import math
import threading
import time


class Breaker:
    """Of one process; safe between its threads. Closed at first.

    seconds: how long it stays open. believed: for so many seconds after a success a failure counts for nothing.
    """

    def __init__(self, *, failures: int, seconds: float, believed: float = 0.0) -> None:
        self._most, self._seconds, self._believed = failures, seconds, believed
        self._lock = threading.Lock()
        self._failed = 0
        self._open_until = 0.0
        self._went_well_at = -math.inf

    def allows(self) -> bool:
        """Whether to try. Once the time is over one caller is let through, and the others when it went well."""
        with self._lock:
            now = time.monotonic()
            if self._failed < self._most:
                return True
            if now < self._open_until:
                return False
            self._open_until = now + self._seconds
            return True

    def went_well(self) -> None:
        with self._lock:
            self._failed = 0
            self._went_well_at = time.monotonic()

    def failed(self) -> None:
        with self._lock:
            now = time.monotonic()
            if now < self._went_well_at + self._believed:
                return
            self._failed += 1
            self._open_until = now + self._seconds
