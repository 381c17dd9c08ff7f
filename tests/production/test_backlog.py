"""R18: a backlog that the clock works off at its pace, with two workers and four clocks, while people sign.

60 requests in `make test`, 1,500 with PROOF=1.
"""

import statistics
import sys
import time

import httpx
import psycopg
import pytest

from core.sweeping import TURNS_MAX
from tests.production.lane import LOOKED_AT, Sample, backlog, watched
from tests.production.people import wait_for
from tests.production.processes import wait_until_up
from tests.proof import FULL

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.timed]
NUMBER, SIGNATURES = (1500, 60) if FULL else (60, 4)
PACE = 5  # GETs a second, unless set
THREADS = 2 * 4 // 2  # of two workers, the clock's
WINDOW_SECONDS = 2.0
SEEN_SECONDS = 2.0 if FULL else 5.0  # in `make test` other tests run on the same cores
SEEN = """SELECT s.setu_status FROM signing_signer s JOIN signing_signerlink l ON l.signer_id = s.id
          WHERE l.setu_signer_id = %s"""


def most_in_a_window(samples: list[Sample]) -> int:
    """GETs, in any two seconds."""
    return max(
        later.gets - one.gets
        for one in samples
        for later in samples
        if 0 <= later.at - one.at <= WINDOW_SECONDS
    )


def test_r18_a_backlog_is_worked_off_at_the_pace_each_once_and_signatures_do_not_wait_behind_it(production):
    for name in ("web", "worker", "worker.2"):
        production.start(name)
    requests = backlog(production, NUMBER)
    wait_until_up(f"{production.web_url}/healthz")
    signed = requests[-SIGNATURES:]  # the clock comes to them last
    seen: list[float] = []
    with (
        httpx.Client(base_url=production.standin_url, timeout=20, trust_env=False) as setu,
        psycopg.connect(production.env["DATABASE_URL"], autocommit=True) as database,
        watched(production, setu) as samples,
    ):
        for no in ("", ".2", ".3", ".4"):
            production.start(f"clock{no}")
        wait_for(lambda: samples[-1].gets > 0 if samples else False, seconds=40)
        began = time.monotonic()
        for request in signed:
            who = {"requestId": request.setu_id, "signerId": request.signer_id}
            setu.post("/__control__/sign", json=who).raise_for_status()

            def shown(signer_id: str = request.signer_id) -> bool:
                return database.execute(SEEN, [signer_id]).fetchone() == ("signed",)

            seen.append(wait_for(shown, seconds=30))
            assert samples[-1].gets < NUMBER, "the backlog is still there"
            time.sleep(1.0 if FULL else 0.5)

        def all_looked_at() -> bool:
            return len(database.execute(LOOKED_AT).fetchall()) == NUMBER

        wait_for(all_looked_at, seconds=3 * NUMBER / PACE + 70)
        took = time.monotonic() - began
        order = [id_ for (id_,) in database.execute(LOOKED_AT).fetchall()]
    sys.stdout.write(
        f"\n{NUMBER} due, 2 workers, 4 clocks: {samples[-1].gets} GETs in {took:.0f} s, {most_in_a_window(samples)}"
        f" in any {WINDOW_SECONDS:.0f} s at most, {max(s.messages for s in samples)} messages at most;"
        f" {SIGNATURES} signatures seen after {statistics.median(seen):.2f} s, {max(seen):.2f} s at most\n"
    )
    assert max(seen) < SEEN_SECONDS
    assert NUMBER <= samples[-1].gets <= NUMBER + SIGNATURES, "each once when due, and once when signed"
    signatures_in_a_window = WINDOW_SECONDS + 1
    assert most_in_a_window(samples) <= PACE * WINDOW_SECONDS + signatures_in_a_window + THREADS
    assert max(sample.messages for sample in samples) <= TURNS_MAX + THREADS + SIGNATURES
    by_clock = [request.id for request in requests[:-SIGNATURES]]
    places = {id_: place for place, id_ in enumerate(id_ for id_ in order if id_ in set(by_clock))}
    assert max(abs(places[id_] - place) for place, id_ in enumerate(by_clock)) <= THREADS, (
        "the longest due first"
    )
