"""Questions with a time limit: each is asked in a thread of its own, so that what hangs holds nobody up."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import connections

T = TypeVar("T")
log = logging.getLogger(__name__)
GIVEN_UP_SECONDS = 30.0  # s; then another thread asks, lest one dead connection hide that all is well again


class Probe(Generic[T]):
    """One question, asked by one thread at a time: while an answer is awaited, others wait for the same one.

    keep: seconds for which an answer is good.
    """

    def __init__(self, ask: Callable[[], T], *, keep: float = 0.0) -> None:
        self._ask, self._keep = ask, keep
        self._lock = threading.Lock()
        self._asking: threading.Thread | None = None
        self._began = 0.0
        self._answer: tuple[float, T] | None = None  # when it was asked for, monotonic

    def start(self) -> None:
        """Ask, unless somebody just does or the kept answer is still good."""
        with self._lock:
            now = time.monotonic()
            asking = self._asking is not None and self._asking.is_alive()
            if self._fresh(now - self._keep) or (asking and now - self._began < GIVEN_UP_SECONDS):
                return
            self._began = now
            self._asking = threading.Thread(target=self._run, daemon=True)
            self._asking.start()

    def answer(self, *, until: float) -> T | None:
        """The answer, or None if there is none by then (monotonic)."""
        asking = self._asking
        if asking:
            asking.join(timeout=max(0.0, until - time.monotonic()))
            if asking.is_alive():
                return None
        return self._answer[1] if self._answer else None

    def _fresh(self, since: float) -> bool:
        return self._answer is not None and self._answer[0] > since

    def _run(self) -> None:
        asked_at = time.monotonic()
        try:
            self._answer = asked_at, self._ask()
        except Exception:
            self._answer = None
            log.exception("probe.stumbled")
        finally:
            connections.close_all()
