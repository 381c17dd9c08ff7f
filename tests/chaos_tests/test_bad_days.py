"""What strikes a run: it ends in time, and it strikes."""

import asyncio
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from tests.chaos.faults import FIRST_SECONDS, Faults
from tests.chaos.plan import quiet
from tests.chaos.record import Record
from tests.chaos.stage import WORKERS
from tests.standin import StandIn
from tests.standin.server import Server

PLAN = replace(quiet(1), load_seconds=FIRST_SECONDS + 1.0, bad_setu_every=0.4)


def test_a_bad_day_ends_before_the_next_and_none_strikes_after_the_last_fault():
    world = StandIn(control=True, public_url="http://127.0.0.1")
    server = Server("127.0.0.1", 0, world.api)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    record = Record()
    stage = cast("Any", SimpleNamespace(standin_port=server.server_port))
    asyncio.run(Faults(PLAN, stage, record).strike())
    took = record.now
    pending = httpx.get(f"http://127.0.0.1:{server.server_port}/__control__/faults", trust_env=False).json()
    server.shutdown()
    server.server_close()
    assert record.counts["bad days of Setu"] == 2
    assert record.counts["wrong answers of Setu"] == 0, "nobody asked"
    assert pending == []
    assert took - 0.2 <= record.last_fault_at <= PLAN.load_seconds + 0.2
    world.close()


@pytest.mark.parametrize(("works", "breaches"), [(True, 0), (False, 1)])
def test_a_run_in_which_few_workers_could_be_killed_is_a_breach(works: bool, breaches: int):
    async def at_work(name: str) -> bool:
        return works

    async def kill() -> None:
        pass

    process = SimpleNamespace(kill=kill)
    stage: Any = SimpleNamespace(standin_port=0, works=at_work, processes=dict.fromkeys(WORKERS, process))
    record = Record()
    asyncio.run(Faults(replace(PLAN, bad_setu_every=0, kill_every=0.2), stage, record).strike())
    assert len(record.breaches) == breaches
    assert (record.counts["kills of a worker"] > 1) is works
