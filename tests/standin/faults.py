"""Faults, queued by tests and rehearsals and used up call by call."""

import threading
from dataclasses import dataclass, field
from typing import Any

API = ("create", "upload", "document", "get", "download", "delete", "audit")

# For each fault the endpoints it can strike; the first is the default. Arguments stand beside it.
KNOWN: dict[str, tuple[str, ...]] = {
    # Another answer than Setu's, and nothing is done: status (500), html (False), retry_after.
    "status": (*API, "file"),
    # Everything is done, and the answer never comes.
    "accept_then_hang": (*API, "file"),
    # The same, later: seconds (1).
    "slow": (*API, "file", "callback"),
    # Setu's answer, bent: value ("sign_suspended") for the request's status.
    "unknown_status": ("get", "create"),
    "extra_keys": ("get", "create", "upload", "download"),
    "missing_keys": ("get", "create"),
    "reordered": ("get", "create"),
    # Broken bytes under a good link.
    "truncated": ("file",),
    "not_pdf": ("file",),
    "empty": ("file",),
    # 403 before `validUpto`; at `download`, a link whose `validUpto` has passed.
    "expired_link": ("file", "download"),
    # Good PDFs that are not the signed file: another one, validly signed; one signature short; the original.
    "wrong_file": ("file",),
    "missing_signature": ("file",),
    "unsigned": ("file",),
    # Never sent; sent twice; kept back until released.
    "callback_lost": ("callback",),
    "callback_duplicate": ("callback",),
    "callback_delayed": ("callback",),
}


@dataclass
class Fault:
    """One queued fault. `times` counts down; `request_id` None strikes any request."""

    name: str
    endpoint: str
    times: int = 1
    request_id: str | None = None
    args: dict[str, Any] = field(default_factory=dict)


class Faults:
    """The queue. Thread safe."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []
        self._lock = threading.Lock()

    def add(
        self,
        name: str,
        *,
        endpoint: str | None = None,
        times: int = 1,
        request_id: str | None = None,
        **args: Any,
    ) -> Fault:
        """Queue one. Raises ValueError for an unknown name, or an endpoint the fault cannot strike."""
        if name not in KNOWN:
            raise ValueError(f"unknown fault {name!r}; known: {', '.join(KNOWN)}")
        target = endpoint or KNOWN[name][0]
        if target not in KNOWN[name]:
            raise ValueError(f"{name} can strike {', '.join(KNOWN[name])}, not {target!r}")
        if isinstance(times, bool) or not isinstance(times, int) or times < 1:
            raise ValueError("times must be a positive integer")
        fault = Fault(name, target, times, request_id, args)
        with self._lock:
            self._queue.append(fault)
        return fault

    def take(self, endpoint: str, request_id: str | None = None) -> list[Fault]:
        """The faults that strike this call: the oldest of each name; each is used up by one.

        A fault bound to a request never strikes a call whose request is not known (upload, create).
        """
        struck: dict[str, Fault] = {}
        with self._lock:
            for fault in self._queue:
                fits = fault.endpoint == endpoint and fault.request_id in (None, request_id)
                if fits and fault.name not in struck:
                    struck[fault.name] = fault
                    fault.times -= 1
            self._queue = [fault for fault in self._queue if fault.times > 0]
        return list(struck.values())

    def pending(self) -> list[Fault]:
        with self._lock:
            return list(self._queue)

    def clear(self) -> None:
        with self._lock:
            self._queue.clear()
