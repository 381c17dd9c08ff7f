"""Who may have a file inspected now: few at once, few waiting, and no owner before the others."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from signing.pdf import limits


class Busy(Exception):
    """No turn can be had; nothing has begun."""


class Turns:
    """Thread-safe; of one process."""

    def __init__(
        self,
        *,
        at_once: int = limits.AT_ONCE,
        waiting: int = limits.WAITING,
        owner_at_once: int = limits.OWNER_AT_ONCE,
        owner_inside: int = limits.OWNER_INSIDE,
        wait_seconds: float = limits.WAIT_SECONDS,
    ) -> None:
        self._at_once, self._most = at_once, at_once + waiting
        self._owner_at_once, self._owner_inside = owner_at_once, owner_inside
        self._wait_seconds = wait_seconds
        self._changed = threading.Condition()
        self._running: list[str] = []
        self._inside: list[str] = []

    @contextmanager
    def one(self, owner: str) -> Iterator[None]:
        """A turn for the length of the block, after a short wait if need be. Raises Busy."""
        with self._changed:
            if len(self._inside) >= self._most or self._inside.count(owner) >= self._owner_inside:
                raise Busy
            self._inside.append(owner)
            try:
                if not self._changed.wait_for(lambda: self._free_for(owner), timeout=self._wait_seconds):
                    raise Busy
            except BaseException:
                self._inside.remove(owner)
                raise
            self._running.append(owner)
        try:
            yield
        finally:
            with self._changed:
                self._running.remove(owner)
                self._inside.remove(owner)
                self._changed.notify_all()

    def _free_for(self, owner: str) -> bool:
        return len(self._running) < self._at_once and self._running.count(owner) < self._owner_at_once
