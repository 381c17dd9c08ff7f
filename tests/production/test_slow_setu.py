"""R19: each GET takes seconds, and hundreds are due: the lane holds a few messages, and who asks does not wait for it.

40 requests in `make test`, 400 for two ticks with PROOF=1.
"""

import sys
import time

import httpx
import pytest

from core.sweeping import TURNS_MAX
from tests.production.lane import backlog, watched
from tests.production.people import Office, wait_for
from tests.production.processes import wait_until_up
from tests.proof import FULL

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.timed]
NUMBER, WATCHED_SECONDS = (400, 130.0) if FULL else (40, 5.0)
GET_SECONDS = 8.0  # less than a call's limit
THREADS = 4
THROUGH_SECONDS = 1.0 if FULL else 4.0  # in `make test` other tests run on the same cores


def test_r19_a_setu_that_dawdles_fills_no_queue_and_keeps_nobody_waiting_who_asks(production):
    for name in ("web", "worker"):
        production.start(name)
    wait_until_up(f"{production.web_url}/healthz")
    backlog(production, NUMBER)
    office = Office(production)
    slow = {"fault": "slow", "endpoint": "get", "seconds": GET_SECONDS, "times": NUMBER}
    with (
        httpx.Client(base_url=production.standin_url, timeout=20, trust_env=False) as setu,
        watched(production, setu) as samples,
    ):
        setu.post("/__control__/faults", json=slow).raise_for_status()
        production.start("clock")
        wait_for(lambda: samples[-1].gets > 0 if samples else False, seconds=40)
        until, through = time.monotonic() + WATCHED_SECONDS, []
        while time.monotonic() < until:
            asked = office.ask()

            def created(asked: str = asked) -> bool:
                return bool(office.read(asked)["status"] == "sign_initiated")

            through.append(wait_for(created, seconds=30))
            time.sleep(2.0)
    messages = max(sample.messages for sample in samples)
    sys.stdout.write(
        f"\n{NUMBER} due, each GET {GET_SECONDS:.0f} s: {samples[-1].gets} GETs, {messages} messages at most,"
        f" {samples[-1].messages} in the end;"
        f" {len(through)} uploads and creates through in {max(through):.2f} s at most\n"
    )
    assert max(through) < THROUGH_SECONDS
    assert messages <= TURNS_MAX + THREADS + len(through)
    assert samples[-1].messages <= THREADS + 1, "what finds no place is dropped"
    office.close()
