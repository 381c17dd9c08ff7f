"""Load on a running SignFlow: threads that send until told to stop, and remember how each call was answered."""

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import httpx
import psycopg

from tests.production.processes import Production


class Senders:
    """So many threads at work while the context lasts. `work` is called with the number of the thread."""

    def __init__(self, number: int) -> None:
        self.stop, self._number = threading.Event(), number
        self._threads = [threading.Thread(target=self.work, args=(no,), daemon=True) for no in range(number)]

    def work(self, no: int) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join(timeout=30)


class Pollers(Senders):
    """Clients that read all the time, each over a kept connection, until nobody listens any more."""

    def __init__(self, url: str, token: str, number: int) -> None:
        super().__init__(number)
        self.answers: list[int] = []
        self.cut_off: list[str] = []
        self._url, self._headers = url, {"Authorization": f"Bearer {token}"}

    def work(self, no: int) -> None:
        with httpx.Client(headers=self._headers, timeout=20, trust_env=False) as http:
            while not self.stop.is_set():
                try:
                    self.answers.append(http.get(f"{self._url}/api/status/").status_code)
                except httpx.ConnectError:
                    return  # it has ended
                except httpx.TransportError as error:
                    self.cut_off.append(type(error).__name__)


class Callbacks(Senders):
    """Notifications, each another body, of `setu_ids` by turns, else of ids nobody knows.

    every: seconds between two of one thread; the threads take turns.
    """

    def __init__(
        self, run: Production, number: int, *, every: float = 0, setu_ids: Sequence[str] = ()
    ) -> None:
        super().__init__(number)
        self.acked: set[str] = set()  # digests of bodies
        self.answers: list[tuple[float, float, int]] = []  # when, how long, status (0: none)
        self._every = every
        self._setu_ids = setu_ids or [f"unknown-{no}" for no in range(number)]
        self._url = f"{run.web_url}/webhooks/setu/{run.env['SETU_CALLBACK_TOKENS']}"

    def work(self, no: int) -> None:
        turn, began = 0, time.monotonic() + no * self._every / self._number
        with httpx.Client(timeout=30, trust_env=False) as http:
            while not self.stop.wait(max(0.0, began + turn * self._every - time.monotonic())):
                turn += 1
                self._send(http, self._setu_ids[(no + turn) % len(self._setu_ids)], f"{no}.{turn}")

    def _send(self, http: httpx.Client, setu_id: str, stamp: str) -> None:
        esign = {"id": setu_id, "status": "sign_pending", "signers": []}
        body = json.dumps({"timeStamp": stamp, "data": {"esign": esign}}).encode()
        began = time.monotonic()
        try:
            headers = {"Content-Type": "application/json"}
            status = http.post(self._url, content=body, headers=headers).status_code
        except httpx.TransportError:
            status = 0
        self.answers.append((began, time.monotonic() - began, status))
        if status == 200:
            self.acked.add(hashlib.sha256(body).hexdigest())
        else:
            time.sleep(0.1)

    def statuses(self, *, since: float = 0, until: float = float("inf")) -> Counter[int]:
        return Counter(status for began, _, status in self.answers if since <= began < until)

    def waits(self, *, since: float = 0, until: float = float("inf")) -> list[float]:
        """Seconds, the shortest first."""
        return sorted(took for began, took, _ in self.answers if since <= began < until)


def kept(database: str) -> set[str]:
    """The digests of all callbacks that have a row."""
    with psycopg.connect(database, connect_timeout=3) as connection:
        return {row[0] for row in connection.execute("SELECT digest FROM webhooks_inbounddelivery")}
