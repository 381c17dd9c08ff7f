"""R2, R5: how long a callback takes at fifty a second, and how long while junk is thrown at the same door."""

import http.client
import statistics
import sys
import time

import pytest

from tests.production.processes import Production, wait_until_up
from tests.production.senders import Callbacks, Senders, kept
from tests.proof import FULL

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.timed]
SECONDS = 60.0 if FULL else 4.0
THREADS, EVERY = 10, 0.2  # s: fifty a second
# In `make test` other tests run on the same cores.
P50_SECONDS, P99_SECONDS = (0.030, 0.150) if FULL else (0.3, 1.5)

FLOODED_SECONDS = 1.0 if FULL else 3.0  # the flood and its victims share the cores with what is measured


class Junk(Senders):
    """A wrong token, as fast as it is refused."""

    def __init__(self, run: Production, number: int) -> None:
        super().__init__(number)
        self.statuses: list[int] = []
        self._port = int(run.env["PORT"])

    def work(self, no: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        while not self.stop.is_set():
            connection.request(
                "POST", "/webhooks/setu/" + "x" * 43, b"{}", {"Content-Type": "application/json"}
            )
            answer = connection.getresponse()
            answer.read()
            self.statuses.append(answer.status)
        connection.close()


def timed(run: Production) -> Callbacks:
    with Callbacks(run, THREADS, every=EVERY) as setu:
        time.sleep(SECONDS)
    return setu


def said(setu: Callbacks) -> tuple[float, float]:
    waits = setu.waits()
    return statistics.median(waits), waits[len(waits) * 99 // 100]


def test_r2_r5_fifty_callbacks_a_second_are_soon_answered_and_beside_junk_all_are(production, postgres):
    for name in ("web", "worker", "clock"):
        production.start(name)
    wait_until_up(f"{production.web_url}/healthz")
    with Callbacks(production, 4):
        time.sleep(2)  # warms up
    alone = timed(production)
    with Junk(production, 4) as junk:
        beside = timed(production)
    quiet, flooded = said(alone), said(beside)
    sys.stdout.write(
        f"\nFifty a second for {SECONDS:.0f} s: p50 {quiet[0] * 1000:.0f} ms, p99 {quiet[1] * 1000:.0f} ms; beside"
        f" {len(junk.statuses) / SECONDS:.0f} junk calls a second: p50 {flooded[0] * 1000:.0f} ms,"
        f" p99 {flooded[1] * 1000:.0f} ms\n"
    )
    assert set(alone.statuses()) | set(beside.statuses()) == {200}
    assert set(junk.statuses) == {404}
    assert alone.acked | beside.acked <= kept(postgres)
    assert quiet[0] <= P50_SECONDS
    assert quiet[1] <= P99_SECONDS
    assert flooded[1] <= FLOODED_SECONDS
