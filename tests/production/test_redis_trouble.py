"""R3: Redis frozen, and Redis killed, under callbacks: each is answered and kept; no process has to be restarted."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import servers
from tests.production.cluster import children, stopped
from tests.production.people import Office, wait_for
from tests.production.processes import Production, production_in, wait_until_up
from tests.production.senders import Callbacks, kept
from tests.proof import FULL

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.timed]
AWAY_SECONDS = 60.0 if FULL else 5.0
P99_SECONDS = 0.7 if FULL else 2.1  # in `make test` other tests run on the same cores
EACH_SECOND = 20


@dataclass
class Queue:
    program: servers.Program
    process: "subprocess.Popen[bytes]"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def start(self) -> None:
        self.process = self.program.start()
        self.program.wait_until_up(self.process)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    program = servers.redis_made(tmp_path)
    queue = Queue(program, program.start())
    program.wait_until_up(queue.process)
    yield queue
    queue.kill()


@pytest.fixture
def run(queue: Queue, postgres: str, tmp_path: Path) -> Iterator[Production]:
    with production_in(tmp_path, postgres=postgres, redis=queue.program.url) as run:
        for name in ("web", "worker", "clock"):
            run.start(name)
        wait_until_up(f"{run.web_url}/healthz")
        yield run


def processes_of(run: Production) -> dict[str, list[int]]:
    """The processes of worker and clock, and what they started; gone: one that ended."""
    return {
        name: [run.processes[name].pid, *children(run.processes[name].pid)] for name in ("worker", "clock")
    }


def at_setu(office: Office, request: str) -> bool:
    return bool(office.read(request)["status"] == "sign_initiated")


def complete(office: Office, request: str) -> bool:
    return bool(office.read(request)["status"] == "sign_complete")


@pytest.mark.parametrize("trouble", ["frozen", "killed"])
def test_r3_callbacks_are_answered_and_kept_and_all_is_done_once_redis_is_back(trouble, run, queue, postgres):
    office = Office(run)
    asked = office.ask()
    wait_for(lambda: at_setu(office, asked), seconds=30)
    before = processes_of(run)
    with Callbacks(
        run, EACH_SECOND
    ):  # each web process has met Redis: at first Dramatiq asks it under a lock
        time.sleep(1)
    with Callbacks(run, EACH_SECOND, every=1.0) as setu:
        if trouble == "frozen":
            with stopped(queue.process.pid):
                office.sign()
                time.sleep(AWAY_SECONDS)
        else:
            queue.kill()
            office.sign()
            time.sleep(AWAY_SECONDS)
            queue.start()
    back = time.monotonic()
    assert set(setu.statuses()) == {200}
    assert setu.acked <= kept(postgres)
    waits = setu.waits()
    assert waits[len(waits) * 99 // 100] <= P99_SECONDS
    again = office.ask()
    wait_for(lambda: at_setu(office, again), seconds=20)
    seen = "by the next tick"
    if FULL:
        wait_for(lambda: complete(office, asked), seconds=75)
        seen = f"{time.monotonic() - back:.0f} s after its return"
    sys.stdout.write(
        f"\nRedis {trouble} for {AWAY_SECONDS:.0f} s: {len(waits)} callbacks,"
        f" p99 {waits[len(waits) * 99 // 100]:.2f} s; the signature is seen {seen}\n"
    )
    assert processes_of(run) == before, "nobody had to be started again"
    office.close()
