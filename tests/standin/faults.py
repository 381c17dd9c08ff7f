"""Faults, queued by tests and rehearsals and used up call by call. What there is stands in `catalogue`."""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.standin.catalogue import ANY, API, KNOWN


@dataclass
class Fault:
    """One queued fault. `times` counts down, None stays on; `request_id` None strikes any request."""

    name: str
    endpoint: str
    times: int | None = 1
    request_id: str | None = None
    args: dict[str, Any] = field(default_factory=dict)
    id: int = 0

    def facts(self) -> dict[str, Any]:
        return asdict(self)

    def strikes(self, endpoint: str, request_id: str | None) -> bool:
        here = self.endpoint == endpoint or (self.endpoint == ANY and endpoint in API)
        return here and self.request_id in (None, request_id)

    def arg(self, key: str) -> Any:
        """The argument, or its default in the catalogue."""
        return self.args.get(key, KNOWN[self.name].args[key])


class Faults:
    """The queue. Thread safe. `kept` is told the whole queue whenever it changes."""

    def __init__(self, kept: Callable[[list[dict[str, Any]]], None] = lambda _: None) -> None:
        self._queue: list[Fault] = []
        self._lock = threading.Lock()
        self._kept = kept
        self._next = 1

    def restore(self, queue: list[dict[str, Any]]) -> None:
        """Go on with what an earlier queue had told `kept`."""
        with self._lock:
            self._queue = [Fault(**facts) for facts in queue]
            self._next = max((fault.id for fault in self._queue), default=0) + 1

    def add(
        self,
        name: str,
        *,
        endpoint: str | None = None,
        times: int | None = 1,
        request_id: str | None = None,
        **args: Any,
    ) -> Fault:
        """Queue one. times None: until removed.

        Raises ValueError for an unknown name or argument, or an endpoint the fault cannot strike.
        """
        if name not in KNOWN:
            raise ValueError(f"unknown fault {name!r}; known: {', '.join(KNOWN)}")
        kind = KNOWN[name]
        target = endpoint or kind.endpoints[0]
        if target not in kind.endpoints:
            raise ValueError(f"{name} can strike {', '.join(kind.endpoints)}, not {target!r}")
        if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
            raise ValueError("times must be a positive integer, or null to stay on")
        if request_id is not None and not isinstance(request_id, str):
            raise ValueError("requestId must be a string")
        kind.check(name, args)
        with self._lock:
            fault = Fault(name, target, times, request_id, args, self._next)
            self._next += 1
            self._queue.append(fault)
            self._changed()
        return fault

    def take(self, endpoint: str, request_id: str | None = None) -> dict[str, Fault]:
        """The faults that strike this call by name: the oldest of each; each is used up by one.

        A fault bound to a request never strikes a call whose request is not known (upload, create).
        """
        if not self._queue:  # the usual case costs nothing
            return {}
        struck: dict[str, Fault] = {}
        with self._lock:
            for fault in self._queue:
                if fault.name not in struck and fault.strikes(endpoint, request_id):
                    struck[fault.name] = fault
            counted = [fault for fault in struck.values() if fault.times is not None]
            for fault in counted:
                fault.times = (fault.times or 1) - 1
            if counted:
                self._queue = [fault for fault in self._queue if fault.times != 0]
                self._changed()
        return struck

    def remove(self, id: int) -> None:  # noqa: A002
        """Raises KeyError if there is none."""
        with self._lock:
            if id not in [fault.id for fault in self._queue]:
                raise KeyError(id)
            self._queue = [fault for fault in self._queue if fault.id != id]
            self._changed()

    def pending(self) -> list[Fault]:
        with self._lock:
            return list(self._queue)

    def clear(self) -> None:
        with self._lock:
            self._queue.clear()
            self._changed()

    def _changed(self) -> None:
        self._kept([fault.facts() for fault in self._queue])
