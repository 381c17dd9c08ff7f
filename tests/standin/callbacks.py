"""Notifications: what Setu would POST, and its dogged delivery.

A delivery is repeated until the receiver answers 200, after growing waits, and then given up; SignFlow
must find the truth by reading. Every delivery, its attempts and their answers are kept (the latest
thousand) for whoever wants to see what was sent.
"""

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.standin.faults import Faults
from tests.standin.state import Request, Signer
from tests.standin.wire import json_bytes

Post = Callable[[bytes], int]
KEPT = 1000
WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)  # seconds before each repeat
WORKERS = 8


def notification(request: Request, *, acting: Signer | None, time_stamp: str) -> bytes:
    """The body of a notification: all signers, the acting one first, with "" and {} for nothing."""
    order = sorted(request.signers, key=lambda signer: signer is not acting)
    signers = [
        {
            "id": signer.id,
            "identifier": signer.identifier,
            "displayName": signer.display_name,
            "status": request.signer_status(signer),
            "errCode": signer.err_code or "",
            "signatureDetails": signer.details or {},
        }
        for signer in order
    ]
    esign = {
        "id": request.id,
        "documentId": request.document_id,
        "status": request.status,
        "signers": signers,
    }
    return json_bytes(
        {"event": "ESIGN_WEBHOOK_NOTIFICATION", "timeStamp": time_stamp, "data": {"esign": esign}}
    )


@dataclass
class Delivery:
    """One notification. state: recorded, held, lost, sending, delivered, given_up.

    attempts: a status, or the text of what went wrong, for each POST.
    """

    index: int
    request_id: str
    body: bytes
    state: str = "recorded"
    attempts: list[int | str] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        return {**self.__dict__, "body": self.body.decode(), "attempts": list(self.attempts)}


class Courier:
    """Delivers notifications through `post`, in the calling thread or by background threads.

    In the calling thread repeats follow at once, so that tests wait for nothing. Without `post` the
    deliveries are only recorded.
    """

    def __init__(
        self,
        post: Post | None,
        faults: Faults,
        *,
        threaded: bool = False,
        waits: tuple[float, ...] = WAITS,
    ) -> None:
        self._post = post
        self._faults = faults
        self._threaded = threaded
        self._waits = waits
        self._kept: deque[Delivery] = deque(maxlen=KEPT)
        self._next = 0
        self._due: list[tuple[float, int, Delivery, int]] = []
        self._ticket = 0
        self._wake = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._closed = False

    @property
    def deliveries(self) -> list[Delivery]:
        with self._wake:
            return list(self._kept)

    def send(self, request_id: str, body: bytes) -> None:
        """Start one notification, unless a fault loses, holds or doubles it."""
        faults = {fault.name: fault for fault in self._faults.take("callback", request_id)}
        copies = 2 if "callback_duplicate" in faults else 1
        wait = float(faults["slow"].args.get("seconds", 1)) if "slow" in faults else 0
        for _ in range(copies):
            delivery = self._record(request_id, body)
            if "callback_lost" in faults:
                delivery.state = "lost"
            elif "callback_delayed" in faults:
                delivery.state = "held"
            else:
                self._start(delivery, wait=wait)

    def release(self) -> int:
        """Let held notifications go, oldest first. Returns how many."""
        held = [delivery for delivery in self.deliveries if delivery.state == "held"]
        for delivery in held:
            self._start(delivery)
        return len(held)

    def redeliver(self, index: int) -> Delivery:
        """Send a kept notification's body once more, as a delivery of its own. Raises KeyError."""
        found = next((delivery for delivery in self.deliveries if delivery.index == index), None)
        if found is None:
            raise KeyError(index)
        again = self._record(found.request_id, found.body)
        self._start(again)
        return again

    def clear(self) -> None:
        """Forget every delivery; repeats still due are dropped."""
        with self._wake:
            self._kept.clear()
            self._due.clear()

    def close(self) -> None:
        """Stop the threads; what is under way is abandoned."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(timeout=0.05)

    def _record(self, request_id: str, body: bytes) -> Delivery:
        with self._wake:
            delivery = Delivery(self._next, request_id, body)
            self._next += 1
            self._kept.append(delivery)
            return delivery

    def _start(self, delivery: Delivery, *, wait: float = 0) -> None:
        if self._post is None:
            delivery.state = "recorded"
            return
        delivery.state = "sending"
        if self._threaded:
            self._schedule(delivery, attempt=0, wait=wait)
            return
        time.sleep(wait)
        attempt = 0
        while self._attempt(delivery, attempt):
            attempt += 1

    def _attempt(self, delivery: Delivery, attempt: int) -> bool:
        """POST once. True if it must be repeated."""
        assert self._post is not None
        answer: int | str
        try:
            answer = self._post(delivery.body)
        except OSError as error:  # refused, reset, timed out
            answer = f"{type(error).__name__}: {error}"
        delivery.attempts.append(answer)
        if answer == 200:
            delivery.state = "delivered"
        elif attempt >= len(self._waits):
            delivery.state = "given_up"
        return delivery.state == "sending"

    def _schedule(self, delivery: Delivery, *, attempt: int, wait: float) -> None:
        with self._wake:
            while len(self._threads) < WORKERS:
                thread = threading.Thread(target=self._work, name="standin-courier", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._ticket += 1
            heapq.heappush(self._due, (time.monotonic() + wait, self._ticket, delivery, attempt))
            self._wake.notify()

    def _work(self) -> None:
        while (task := self._next_due()) is not None:
            delivery, attempt = task
            if self._attempt(delivery, attempt):
                self._schedule(delivery, attempt=attempt + 1, wait=self._waits[attempt])

    def _next_due(self) -> tuple[Delivery, int] | None:
        """Wait for the next attempt that is due; None once closed."""
        with self._wake:
            while not self._closed:
                if not self._due:
                    self._wake.wait()
                    continue
                wait = self._due[0][0] - time.monotonic()
                if wait <= 0:
                    _, _, delivery, attempt = heapq.heappop(self._due)
                    return delivery, attempt
                self._wake.wait(wait)
        return None
