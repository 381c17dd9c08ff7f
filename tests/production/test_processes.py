"""Gunicorn, rundramatiq, periodiq, PostgreSQL and Redis as processes: the main job, and what a tick finds."""

import httpx
import pytest
import redis as redis_library

from tests.production.people import Office, wait_for
from tests.production.processes import wait_until_up

pytestmark = pytest.mark.slow


def test_the_main_job_runs_on_processes_and_periodiqs_tick_finds_a_lost_callback(production, redis):
    production.env["CHECK_SECONDS_ACTIVE"] = production.env["CHECK_SECONDS_WARM"] = "5"
    for name in ("web", "worker", "clock", "worker.2", "clock.2"):
        production.start(name)
    wait_until_up(f"{production.web_url}/healthz")
    office = Office(production)

    first = office.ask()
    wait_for(lambda: office.read(first)["status"] == "sign_initiated", seconds=30)
    office.sign()
    wait_for(lambda: office.read(first)["status"] == "sign_complete", seconds=10)

    second = office.ask()
    wait_for(lambda: office.read(second)["status"] == "sign_initiated", seconds=30)
    for name in ("worker", "worker.2"):  # with what they remember of looks to come
        production.end(name)
    office.lose_callbacks(1)
    office.sign()
    with redis_library.Redis.from_url(redis) as queue:
        queue.flushall()
    for name in ("worker", "worker.2"):
        production.start(name)
    wait_for(lambda: office.read(second)["status"] == "sign_complete", seconds=75)
    assert office.read(second)["confirmed_by"] == "clock"
    assert "Processing" in production.log("worker") + production.log("worker.2")

    ready = httpx.get(f"{production.web_url}/readyz", trust_env=False).json()
    assert ready["status"] == "ok", ready
    office.close()
    drained = {name: production.end(name) for name in ("web", "worker", "clock", "worker.2", "clock.2")}
    assert max(drained.values()) < 25, drained
    logs = "".join(production.log(name) for name in ("web", "worker", "clock", "worker.2", "clock.2"))
    assert "Traceback" not in logs, logs[-4000:]
