"""The dogged delivery of notifications.

A delivery is repeated until the receiver answers 200, after growing waits by the stand-in's clock, and then
given up; SignFlow must find the truth by reading. A restart goes on with what was under way.
"""

import heapq
import threading
import time
from collections.abc import Callable

from tests.standin.clock import Clock, notice_time
from tests.standin.deliveries import Delivery, Ledger
from tests.standin.faults import Fault, Faults
from tests.standin.notices import forged, restamped
from tests.standin.wire import Ids

Post = Callable[[bytes], int]
WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)  # seconds before each repeat
WORKERS = 8
GLANCE = 0.5  # seconds after which a waiting thread looks at the clock again: somebody may have moved it
NO_ANSWER = "no answer, as asked for"


class Courier:
    """Delivers notifications through `post`, in the calling thread or by background threads.

    In the calling thread repeats follow at once, so that tests wait for nothing. Without `post` the
    deliveries are only recorded.
    """

    def __init__(
        self,
        post: Post | None,
        faults: Faults,
        ledger: Ledger,
        *,
        clock: Clock,
        ids: Ids,
        threaded: bool = False,
        waits: tuple[float, ...] = WAITS,
        workers: int = WORKERS,
    ) -> None:
        self._post, self._faults, self._waits = post, faults, waits
        self._ledger, self._clock, self._ids = ledger, clock, ids
        self._threaded, self._workers = threaded, workers
        self._due: list[tuple[float, int, Delivery]] = []
        self._behind: dict[str, list[Delivery]] = {}  # by request: to be sent after its next notification
        self._ticket = 0
        self._wake = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._closed = False
        for delivery in ledger.all():
            if delivery.due is not None and post:
                self._schedule(delivery, at=delivery.due)
            elif delivery.behind:
                self._behind.setdefault(delivery.request_id, []).append(delivery)

    @property
    def deliveries(self) -> list[Delivery]:
        return self._ledger.all()

    def send(self, request_id: str, body: bytes) -> list[Delivery]:
        """Start one notification, unless a fault loses, holds, forges or doubles it. Returns what is kept of it."""
        faults = self._faults.take("callback", request_id)
        if skew := faults.get("clock_skew"):
            body = restamped(body, notice_time(self._clock.later(skew.arg("seconds"))))
        bodies = [body]
        if twice := faults.get("callback_duplicate"):
            bodies.append(
                restamped(body, notice_time(self._clock.now())) if twice.arg("new_time_stamp") else body
            )
        kept = []
        if lie := faults.get("callback_forged"):
            kept.append(self.send_plain(request_id, forged(lie.arg("kind"), body, self._ids.new())))
        pair = [self._ledger.record(request_id, each) for each in bodies]
        if twice and twice.arg("at_once"):
            threads = [threading.Thread(target=self._dispose, args=(each, faults)) for each in pair]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        else:
            for each in pair:
                self._dispose(each, faults)
        return [*kept, *pair]

    def send_plain(self, request_id: str, body: bytes) -> Delivery:
        """Start one notification whatever faults are queued."""
        delivery = self._ledger.record(request_id, body)
        self._start(delivery)
        return delivery

    def send_at_once(self, request_id: str, body: bytes) -> Delivery:
        """Send one in the calling thread, faults or not; repeats follow as ever."""
        delivery = self._ledger.record(request_id, body)
        if self._post is None:
            return delivery
        self._ledger.change(delivery, state="sending")
        while self._attempt(delivery):
            if self._threaded:
                self._repeat(delivery)
                break
        return delivery

    def hold(self, request_id: str, body: bytes) -> Delivery:
        """Keep one back until it is released."""
        delivery = self._ledger.record(request_id, body)
        self._ledger.change(delivery, state="held")
        return delivery

    def release(self, index: int | None = None) -> int:
        """Let held notifications go, oldest first, or only one. Returns how many. Raises KeyError."""
        chosen = self.deliveries if index is None else [self._ledger.find(index)]
        held = [delivery for delivery in chosen if delivery.state == "held"]
        for delivery in held:
            self._start(delivery)
        return len(held)

    def redeliver(self, index: int) -> Delivery:
        """Send a kept notification's body once more, as a delivery of its own. Raises KeyError."""
        found = self._ledger.find(index)
        return self.send_plain(found.request_id, found.body)

    def clear(self) -> None:
        """Forget every delivery; repeats still due are dropped."""
        self._ledger.clear()
        with self._wake:
            self._due.clear()
            self._behind.clear()

    def nudge(self) -> None:
        """The clock has moved: what is due now goes now."""
        with self._wake:
            self._wake.notify_all()

    def close(self) -> None:
        """Stop the threads; what is under way is abandoned."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(timeout=0.05)

    def _dispose(self, delivery: Delivery, faults: dict[str, Fault]) -> None:
        if "callback_lost" in faults:
            self._ledger.change(delivery, state="lost")
        elif "callback_out_of_order" in faults:
            self._ledger.change(delivery, state="held", behind=True)
            with self._wake:
                self._behind.setdefault(delivery.request_id, []).append(delivery)
        elif held := faults.get("callback_delayed"):
            self._ledger.change(delivery, state="held")
            if held.arg("seconds") is not None:
                self._schedule(delivery, at=self._clock.later(held.arg("seconds")).timestamp())
        else:
            self._start(delivery, wait=float(faults["slow"].arg("seconds")) if "slow" in faults else 0)

    def _start(self, delivery: Delivery, *, wait: float = 0) -> None:
        if self._post is None:
            self._ledger.change(delivery, state="recorded", due=None, behind=False)
            return
        self._ledger.change(delivery, state="sending", due=None, behind=False)
        if self._threaded:
            self._schedule(delivery, at=self._clock.later(wait).timestamp())
            return
        time.sleep(wait)
        while self._attempt(delivery):
            pass

    def _attempt(self, delivery: Delivery) -> bool:
        """POST once. True if it must be repeated."""
        assert self._post is not None
        answer: int | str
        try:
            answer = self._post(delivery.body)
        except OSError as error:  # refused, reset, timed out
            answer = f"{type(error).__name__}: {error}"
        if refused := self._faults.take("attempt", delivery.request_id).get("callback_refused"):
            answer = refused.arg("status") or NO_ANSWER
        delivery.attempts.append(answer)
        state = "delivered" if answer == 200 else "sending"
        if state == "sending" and len(delivery.attempts) > len(self._waits):
            state = "given_up"
        self._ledger.change(delivery, state=state, due=None)
        with self._wake:
            overtaken = self._behind.pop(delivery.request_id, [])
        for late in overtaken:
            if late.state == "held":  # not released by hand meanwhile
                self._start(late)
        return state == "sending"

    def _schedule(self, delivery: Delivery, *, at: float) -> None:
        self._ledger.change(delivery, due=at)
        with self._wake:
            while len(self._threads) < self._workers:
                thread = threading.Thread(target=self._work, name="standin-courier", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._ticket += 1
            heapq.heappush(self._due, (at, self._ticket, delivery))
            self._wake.notify()

    def _work(self) -> None:
        while (delivery := self._next_due()) is not None:
            if delivery.state == "held":
                self._start(delivery)
            elif self._attempt(delivery):
                self._repeat(delivery)

    def _repeat(self, delivery: Delivery) -> None:
        wait = self._waits[len(delivery.attempts) - 1]
        self._schedule(delivery, at=self._clock.later(wait).timestamp())

    def _next_due(self) -> Delivery | None:
        """Wait for the next attempt that is due; None once closed."""
        with self._wake:
            while not self._closed:
                if not self._due:
                    self._wake.wait()
                    continue
                at = self._due[0][0]
                wait = at - self._clock.now().timestamp()
                if wait > 0:
                    self._wake.wait(min(wait, GLANCE))
                    continue
                delivery = heapq.heappop(self._due)[2]
                if delivery.due == at:  # else it was released by hand, or is due at another time
                    return delivery
        return None
