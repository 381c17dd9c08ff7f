"""R13: no worker for long, while people ask and sign and the clock ticks. All that is due is done within a minute.

20 requests and seconds in `make test`; with PROOF=1 200 requests, and longer than a turn's message in Redis keeps.
"""

import sys
import time

import psycopg
import pytest
from redis import Redis

from tests.production.lane import LOOKED_AT, backlog
from tests.production.people import Office, wait_for
from tests.production.processes import wait_until_up
from tests.proof import FULL

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.timed]
NUMBER = 200 if FULL else 20
AWAY_SECONDS = {"emptied": 30.0, "kept": 150.0} if FULL else {"emptied": 5.0, "kept": 5.0}
RETURN_SECONDS = 60.0
DUE = "SELECT count(*) FROM core_job WHERE due_at <= now() AND dead_at IS NULL"
WORKERS = ("worker", "worker.2")


@pytest.mark.parametrize("queue_is", AWAY_SECONDS)
def test_r13_all_that_is_due_is_done_within_a_minute_of_the_workers_return(queue_is, production, redis):
    for name in ("web", "clock", *WORKERS):
        production.start(name)
    wait_until_up(f"{production.web_url}/healthz")
    office = Office(production)
    signed = office.ask()
    wait_for(lambda: office.read(signed)["status"] == "sign_initiated", seconds=30)
    for name in WORKERS:
        production.end(name)

    office.sign()
    backlog(production, NUMBER)
    asked = [office.ask() for _ in range(3)]
    time.sleep(AWAY_SECONDS[queue_is])
    if queue_is == "emptied":
        with Redis.from_url(redis) as queue:
            queue.flushall()

    with psycopg.connect(production.env["DATABASE_URL"], autocommit=True) as database:
        due = database.execute(DUE).fetchone()
        assert due == (NUMBER + 1 + len(asked),), "nobody worked meanwhile"
        began = time.monotonic()
        for name in WORKERS:
            production.start(name)

        def all_done() -> bool:
            return database.execute(DUE).fetchone() == (0,)

        wait_for(all_done, seconds=2 * RETURN_SECONDS)
        took = time.monotonic() - began
        looked_at = len(database.execute(LOOKED_AT).fetchall())
    sys.stdout.write(
        f"\nno worker for {AWAY_SECONDS[queue_is]:.0f} s, Redis {queue_is}: {NUMBER} looks, a signature"
        f" and {len(asked)} submissions are done {took:.0f} s after the workers' start\n"
    )
    assert took <= RETURN_SECONDS
    assert looked_at >= NUMBER
    assert office.read(signed)["status"] == "sign_complete"
    assert [office.read(request)["status"] for request in asked] == ["sign_initiated"] * len(asked)
    office.close()
