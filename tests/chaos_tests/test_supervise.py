import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.chaos.supervise import Command, Supervised

SLEEPS = (sys.executable, "-c", "import time; time.sleep(60)")
ENDS = (sys.executable, "-c", "pass")


def supervised(
    folder: Path, argv: tuple[str, ...], act: Callable[[Supervised], Awaitable[None]]
) -> Supervised:
    one = Supervised("it", Command(argv=argv, log=folder / "log"), ends_max=3)

    async def run() -> None:
        await one.start()
        try:
            async with asyncio.timeout(20):
                await act(one)
        finally:
            await one.stop()

    asyncio.run(run())
    return one


def test_what_is_killed_is_started_again(tmp_path):
    async def act(one: Supervised) -> None:
        first = one.pid
        await one.kill(signal.SIGKILL)
        while one.pid in (first, None):
            await asyncio.sleep(0.02)

    one = supervised(tmp_path, SLEEPS, act)
    assert (one.killed, one.ended_itself, one.gave_up) == (1, 0, False)


def test_what_always_ends_by_itself_is_given_up_after_a_bound(tmp_path):
    async def act(one: Supervised) -> None:
        while not one.gave_up:
            await asyncio.sleep(0.02)

    one = supervised(tmp_path, ENDS, act)
    assert (one.killed, one.ended_itself) == (0, 4)


def test_a_childs_threads_are_seen_as_well(tmp_path):
    five = (
        "import threading, time; [threading.Thread(target=time.sleep, args=(60,)).start() for _ in range(5)]"
    )
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {five!r}])"

    async def act(one: Supervised) -> None:
        while one.threads() < 6:
            await asyncio.sleep(0.02)

    one = supervised(tmp_path, (sys.executable, "-c", parent), act)
    assert one.threads() == 0
