"""R15, R16: work that kills its process, and a worker that sleeps through its lease, with real processes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from core import jobs
from tests.fire.actors import HELD_LEASE, HELD_SECONDS
from tests.processes import ROOT
from tests.production.people import wait_for
from tests.production.processes import Production
from tests.proof import FULL

pytestmark = [pytest.mark.slow, pytest.mark.proof]
ROUNDS = 50 if FULL else 1
NEIGHBOURS, UNREADABLE = 99, 3


class Desk:
    """tests/fire/desk.py in a process of its own."""

    def __init__(self, run: Production) -> None:
        command = [sys.executable, "-m", "tests.fire.desk"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=run.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, what: str, **given: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([what, given]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture
def desk(production: Production) -> Iterator[Desk]:
    production.env["DJANGO_SETTINGS_MODULE"] = "tests.fire.settings"
    desk = Desk(production)
    yield desk
    with desk.process:
        desk.process.terminate()


@contextlib.contextmanager
def restarted(run: Production, *names: str) -> Iterator[None]:
    """Workers that are started again whenever they end, as a platform does."""
    stop = threading.Event()

    def keep() -> None:
        while not stop.wait(0.2):
            for name in names:
                if run.processes[name].poll() is not None:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(run.processes[name].pid, signal.SIGKILL)
                    run.start(name)

    for name in names:
        run.start(name)
    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def test_r16_poison_is_dead_after_five_crashes_and_its_99_neighbours_are_done(production, desk):
    good = desk("ring", kind="fire.good", number=NEIGHBOURS // 2)
    (poison,) = desk("ring", kind="fire.poison", number=1)
    good += desk("ring", kind="fire.good", number=NEIGHBOURS - len(good))

    def neighbours_done() -> bool:
        desk("sweep")
        return all(times == 1 for times, *_ in desk("done", subjects=good))

    def poison_dead() -> bool:
        desk("sweep")
        return desk("done", subjects=[poison])[0][2] is not None

    with restarted(production, "worker", "worker.2"):
        wait_for(neighbours_done, seconds=60)
        wait_for(poison_dead, seconds=120)
    assert desk("done", subjects=[poison]) == [[0, 6, jobs.NEVER_ENDED]]
    assert {times for times, *_ in desk("done", subjects=good)} == {1}, "each once"


def test_r16_endless_and_greedy_work_and_messages_nobody_can_read_hold_up_none_of_99_neighbours(
    production, desk, redis
):
    """Each try counts as a crash and the pauses between them grow: death comes after two minutes (`make proof`)."""
    good = desk("ring", kind="fire.good", number=NEIGHBOURS // 2)
    bad = desk("ring", kind="fire.endless", number=1) + desk("ring", kind="fire.greedy", number=1)
    with Redis.from_url(redis) as queue:
        for no in range(UNREADABLE):
            queue.hset("dramatiq:fire.msgs", f"unreadable-{no}", b"\x00 no message")
            queue.lpush("dramatiq:fire", f"unreadable-{no}")
    good += desk("ring", kind="fire.good", number=NEIGHBOURS - len(good))

    def neighbours_done() -> bool:
        desk("sweep")
        return all(times == 1 for times, *_ in desk("done", subjects=good))

    def tried_in_vain() -> bool:
        desk("sweep")
        return all(reason or (crashes >= 2 and not FULL) for _, crashes, reason in desk("done", subjects=bad))

    with restarted(production, "worker", "worker.2"):
        wait_for(neighbours_done, seconds=60)
        wait_for(tried_in_vain, seconds=240)
    assert {times for times, *_ in desk("done", subjects=good)} == {1}, "each once"
    if FULL:
        endless, greedy = desk("done", subjects=bad)
        assert greedy == [0, 6, "MemoryError"]
        # Who is ended after somebody else has taken the job over writes nothing, not even why.
        assert endless in ([0, 6, "TimeLimitExceeded"], [0, 6, jobs.NEVER_ENDED])


def test_r15_a_holder_that_sleeps_through_its_lease_writes_nothing_afterwards(production, desk):
    with restarted(production, "worker", "worker.2"):
        for _ in range(ROUNDS):
            sleeps_through_its_lease(desk)
    logs = production.log("worker") + production.log("worker.2")
    assert logs.count("job.lease_lost") == ROUNDS


def sleeps_through_its_lease(desk: Desk) -> None:
    (subject,) = desk("ring", kind="fire.held", number=1)
    wait_for(lambda: len(desk("holders", subject=subject)) == 1, seconds=40)
    (first,) = desk("holders", subject=subject)

    def somebody_else_did_it() -> bool:
        desk("sweep")
        return bool(desk("done", subjects=[subject])[0][0])

    os.kill(first, signal.SIGSTOP)
    try:
        time.sleep(HELD_LEASE)
        wait_for(somebody_else_did_it, seconds=40)
    finally:
        os.kill(first, signal.SIGCONT)
    assert len(desk("holders", subject=subject)) == 2
    time.sleep(HELD_SECONDS + 1)  # the first wakes up, ends its work, and is refused
    assert desk("done", subjects=[subject]) == [[1, 0, None]]
