"""Who has failed three times in a row is left alone for a few seconds: a frozen server holds up one caller, not all."""

import threading
import time


class Breaker:
    """Of one process; safe between its threads. Closed at first."""

    def __init__(self, *, failures: int, seconds: float) -> None:
        self._most, self._seconds = failures, seconds
        self._lock = threading.Lock()
        self._failed = 0
        self._open_until = 0.0

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

    def failed(self) -> None:
        with self._lock:
            self._failed += 1
            self._open_until = time.monotonic() + self._seconds
