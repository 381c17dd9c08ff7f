"""The notifications that were sent, or kept back, or lost: the latest of them, also across a restart."""

import threading
from dataclasses import dataclass, field
from typing import Any

from tests.standin.store import Store

KEPT = 20_000


@dataclass
class Delivery:
    """One notification. state: recorded, held, lost, sending, delivered, given_up.

    attempts: a status, or the text of what went wrong, for each POST. due: the next attempt, a POSIX time.
    behind: held only until the request's next notification has been sent.
    """

    index: int
    request_id: str
    body: bytes
    state: str = "recorded"
    attempts: list[int | str] = field(default_factory=list)
    due: float | None = None
    behind: bool = False

    def facts(self) -> dict[str, Any]:
        return {**self.__dict__, "body": self.body.decode(errors="replace"), "attempts": list(self.attempts)}


class Ledger:
    """Records deliveries and every change to them. Thread safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        loaded = [Delivery(**facts, body=body or b"") for facts, body in store.load("delivery")]
        self._kept = {delivery.index: delivery for delivery in loaded}
        self._next = max(self._kept, default=-1) + 1

    def all(self) -> list[Delivery]:
        """Oldest first."""
        with self._lock:
            return list(self._kept.values())

    def find(self, index: int) -> Delivery:
        """Raises KeyError."""
        with self._lock:
            return self._kept[index]

    def record(self, request_id: str, body: bytes) -> Delivery:
        with self._lock:
            delivery = Delivery(self._next, request_id, body)
            self._next += 1
            self._kept[delivery.index] = delivery
            forgotten = next(iter(self._kept)) if len(self._kept) > KEPT else None
            if forgotten is not None:
                del self._kept[forgotten]
                self._store.drop("delivery", str(forgotten))
            self._keep(delivery, body)
            return delivery

    def change(self, delivery: Delivery, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(delivery, name, value)
        with self._lock:
            if delivery.index in self._kept:  # else forgotten while it was under way
                self._keep(delivery)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()

    def _keep(self, delivery: Delivery, body: bytes | None = None) -> None:
        facts = {key: value for key, value in delivery.__dict__.items() if key != "body"}
        self._store.put("delivery", str(delivery.index), facts, body)
