"""A platform sends SIGTERM and kills 30 s later: web and worker end in time under load, and lose nothing."""

import sys
import time
from functools import partial

import psycopg
import pytest

from tests.production.people import Office, wait_for
from tests.production.processes import wait_until_up
from tests.production.senders import Pollers

pytestmark = pytest.mark.slow
LIMIT = 25.0  # s
WORKER_THREADS = 4  # of the Procfile


def at_setu_now(office: Office, request: str) -> bool:
    return bool(office.read(request)["status"] == "sign_initiated")


def test_web_and_worker_drain_under_load_and_nothing_is_lost(production):
    for name in ("web", "worker", "clock"):
        production.start(name)
    wait_until_up(f"{production.web_url}/healthz")
    office = Office(production)
    first = office.ask()
    wait_for(lambda: office.read(first)["status"] == "sign_initiated", seconds=30)

    slow = {"fault": "slow", "endpoint": "create", "seconds": 3, "times": 1000}
    office.setu.post("/__control__/faults", json=slow).raise_for_status()
    asked = [office.ask() for _ in range(12)]
    time.sleep(1)  # four creates are under way, the others wait
    worker = production.end("worker")
    assert worker < LIMIT

    token = office.http.headers["Authorization"].removeprefix("Bearer ")
    with Pollers(production.web_url, token, 8) as pollers:
        wait_for(lambda: len(pollers.answers) > 200, seconds=30)
        web = production.end("web")
    sys.stdout.write(
        f"\nSIGTERM to end: worker {worker:.1f} s amid four creates, web {web:.1f} s under 8 pollers\n"
    )
    assert web < LIMIT
    assert set(pollers.answers) == {200}
    # A kept connection that is idle when the server ends may lose the request it sends in that moment: one at most.
    assert len(pollers.cut_off) <= 8, pollers.cut_off

    for name in ("web", "worker"):
        production.start(name)
    wait_until_up(f"{production.web_url}/healthz")
    for request in asked:
        wait_for(partial(at_setu_now, office, request), seconds=60)
    at_setu = {request["id"] for request in office.setu.get("/__control__/requests").json()}
    # One that the drain interrupted in its create is asked for anew; what it left is deleted once it turns up.
    with psycopg.connect(production.env["DATABASE_URL"]) as connection:
        current = connection.execute(
            "SELECT setu_id FROM signing_submission WHERE orphaned_at IS NULL"
        ).fetchall()
        left = connection.execute(
            "SELECT count(*) FROM signing_submission WHERE orphaned_at IS NOT NULL AND create_sent_at IS NOT NULL"
        ).fetchall()
    assert len(current) == 13
    assert {setu_id for (setu_id,) in current} <= at_setu
    assert len(at_setu) <= 13 + left[0][0], "none beside those whose answer got lost"
    assert left[0][0] <= WORKER_THREADS, "only what was under way"
    office.close()
