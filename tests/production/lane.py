"""Work for the clock's lane, and what goes through it."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from redis import Redis

from core.doorbell import CLOCK_QUEUE
from tests.processes import ROOT
from tests.production.processes import Production

LOOKED_AT = (
    "SELECT id::text FROM signing_signaturerequest WHERE confirmed_at IS NOT NULL ORDER BY confirmed_at"
)


@dataclass(frozen=True)
class Open:
    """An open request: its id, its id at Setu and that of its first signer there."""

    id: str
    setu_id: str
    signer_id: str


@dataclass(frozen=True)
class Sample:
    at: float
    gets: int
    messages: int  # of the clock's lane that wait in Redis or are under way


def backlog(run: Production, number: int) -> list[Open]:
    """So many open requests that are due, the longest due first."""
    command = [sys.executable, "-m", "tests.production.backlog", str(number)]
    made = subprocess.run(command, cwd=ROOT, env=run.env, check=True, text=True, capture_output=True)
    return [Open(*json.loads(line)) for line in made.stdout.splitlines() if line.startswith("[")]


@contextmanager
def watched(run: Production, setu: httpx.Client) -> Iterator[list[Sample]]:
    """Ten samples a second, while the context lasts."""
    samples: list[Sample] = []
    stop = threading.Event()
    lanes = [f"dramatiq:{CLOCK_QUEUE}{suffix}.msgs" for suffix in ("", ".DQ")]

    def watch() -> None:
        with Redis.from_url(run.env["REDIS_URL"]) as queue:
            last = False
            while not last:
                last = stop.wait(0.1)
                gets = setu.get("/__control__/calls").json().get("get", 0)
                samples.append(Sample(time.monotonic(), gets, sum(map(queue.hlen, lanes))))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        stop.set()
        thread.join()
