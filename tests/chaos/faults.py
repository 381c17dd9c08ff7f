"""What strikes a run, and when: kills, flushes, a restart, bad networks and a Setu with bad days, by the seed."""

import asyncio
import itertools
import random
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from core.sweeping import TICK_SECONDS_MIN
from tests.chaos.evidence import redis_text
from tests.chaos.http import Http
from tests.chaos.plan import LEASE_SECONDS, TICK_SECONDS, Plan
from tests.chaos.proxy import Mode, Weather
from tests.chaos.record import Record
from tests.chaos.stage import WORKERS, Stage

# What a network does to each server's connections. Setu's are encrypted, so a flipped bit ends one, as CUT does.
WEATHER = {
    "postgres": (Mode.REFUSE, Mode.RESET, Mode.BLACK_HOLE, Mode.LATENCY, Mode.CUT),
    "redis": (Mode.REFUSE, Mode.RESET, Mode.BLACK_HOLE, Mode.LATENCY, Mode.CUT),
    "setu": (Mode.REFUSE, Mode.RESET, Mode.BLACK_HOLE, Mode.LATENCY, Mode.CUT),
    "files": (Mode.RESET, Mode.BLACK_HOLE, Mode.LATENCY, Mode.CUT),
}
# Faults of the stand-in's own: name, endpoint, and what else it takes.
BAD_DAYS: tuple[dict[str, Any], ...] = (
    {"fault": "status", "endpoint": "get", "status": 500, "times": 5},
    {"fault": "status", "endpoint": "get", "status": 502, "html": True, "times": 5},
    {"fault": "status", "endpoint": "get", "status": 429, "retry_after": 3, "times": 5},
    {"fault": "status", "endpoint": "create", "status": 500, "times": 2},
    {"fault": "accept_then_hang", "endpoint": "create", "times": 2},
    {"fault": "accept_then_hang", "endpoint": "upload", "times": 2},
    {"fault": "accept_then_hang", "endpoint": "get", "times": 3},
    {"fault": "slow", "endpoint": "get", "seconds": 2, "times": 4},
    {"fault": "slow", "endpoint": "create", "seconds": 3, "times": 2},
    {"fault": "reordered", "endpoint": "get", "times": 10},
    {"fault": "extra_keys", "endpoint": "get", "times": 10},
    {"fault": "truncated", "endpoint": "file", "times": 2},
    {"fault": "not_pdf", "endpoint": "file", "times": 2},
    {"fault": "missing_signature", "endpoint": "file", "times": 2},
    {"fault": "expired_link", "endpoint": "file", "times": 2},
)
BAD_NET_SECONDS = (1.0, 4.0)
BAD_DAY_SHARE = 0.9  # of the time until the next one
KILLS_SHARE = 1 / 3  # of those planned: with fewer a run shows little
FIRST_SECONDS = 2.0  # of the load without faults
SPARE_SECONDS = 2.0


@dataclass(frozen=True)
class Strike:
    at: float
    name: str
    do: Callable[[], Awaitable[None]]


class Faults:
    def __init__(self, plan: Plan, stage: Stage, record: Record) -> None:
        self._plan, self._stage, self._record = plan, stage, record
        self._rng = random.Random(plan.seed + 1)
        self._setu = Http(stage.standin_port, size=1)

    async def strike(self) -> None:
        """All of them, at their times. Ends with the last one."""
        strikes = sorted(self._strikes(), key=lambda strike: strike.at)
        async with asyncio.TaskGroup() as group:
            for strike in strikes:
                group.create_task(self._at(strike))
            group.create_task(self._kill_workers())
        self._setu.close()
        if self._plan.early_tick:
            await self._tick_early(self._record.last_fault_at)

    @property
    def _end(self) -> float:
        return self._plan.faults_end or self._plan.load_seconds

    @property
    def _bad_day_seconds(self) -> float:
        """A bad day is over before the next one, so that nothing of it strikes after the last fault."""
        return self._plan.bad_setu_every * BAD_DAY_SHARE

    async def _until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self._record.now))

    async def _at(self, strike: Strike) -> None:
        await self._until(strike.at)
        self._record.fault(strike.name)
        await strike.do()

    def _strikes(self) -> list[Strike]:
        plan, rng = self._plan, self._rng
        end, strikes = self._end, []
        for number in range(plan.flushes):
            at = end * (number + 1) / (plan.flushes + 1) + rng.uniform(0, 2)
            strikes.append(Strike(at, "flushes of Redis", self._flush))
        for number in range(plan.restarts):
            at = end * (number + 0.6) / plan.restarts
            strikes.append(Strike(at, "restarts of PostgreSQL", self._restart_postgres))
        for name in ("web", "clock"):
            for _ in range(plan.other_kills):
                at = rng.uniform(FIRST_SECONDS, end)
                strikes.append(Strike(at, f"kills of the {name}", self._stage.processes[name].kill))
        for at in every(plan.bad_net_every, end - BAD_NET_SECONDS[1]):
            server = rng.choice(list(WEATHER))
            mode, seconds = rng.choice(WEATHER[server]), rng.uniform(*BAD_NET_SECONDS)
            weather = Weather(mode, seconds=rng.uniform(0.02, 0.2), bytes=rng.randint(1, 3000))
            strikes.append(Strike(at, "bad networks", self._bad_net(server, weather, seconds)))
        for at in every(plan.bad_setu_every, end - self._bad_day_seconds):
            strikes.append(Strike(at, "bad days of Setu", self._bad_setu(rng.choice(BAD_DAYS))))
        return strikes

    async def _tick_early(self, end: float) -> None:
        """Restart the clock once the leases of the killed are over: a clock that starts ticks at once."""
        await self._until(end + LEASE_SECONDS + SPARE_SECONDS)
        since_tick = time.time() % TICK_SECONDS
        await asyncio.sleep(max(0.0, TICK_SECONDS_MIN + SPARE_SECONDS - since_tick))
        self._record.counts["clock restarted for a tick"] += 1
        await self._stage.processes["clock"].kill(signal.SIGTERM)

    async def _kill_workers(self) -> None:
        """By turns, and each at its work: where the machine is so busy that one takes longer to start, later."""
        turns, times = itertools.cycle(WORKERS), every(self._plan.kill_every, self._end)
        for at in times:
            if self._record.now > at + self._plan.kill_every:
                self._record.counts["kills put off"] += 1  # the one before had to wait
                continue
            await self._until(at)
            name = next(turns)
            while not (at_work := await self._stage.works(name)) and self._record.now < self._end:
                await asyncio.sleep(0.2)
            if not at_work:
                self._record.counts["kills put off"] += 1
                continue
            self._record.fault("kills of a worker")
            await self._stage.processes[name].kill()
        made = self._record.counts["kills of a worker"]
        if made < len(times) * KILLS_SHARE:
            self._record.breaches.append(
                f"the harness struck too little: {made} of {len(times)} kills of a worker"
            )

    async def _restart_postgres(self) -> None:
        """Its immediate shutdown: every connection is cut, and the next start recovers from the log."""
        await self._stage.processes["postgres"].kill(signal.SIGQUIT)

    async def _flush(self) -> None:
        number = self._record.counts["flushes of Redis"]
        dump = await asyncio.to_thread(redis_text, self._stage.redis_port)
        self._record.dumps[f"Redis before flush {number}"] = dump
        reader, writer = await asyncio.open_connection("127.0.0.1", self._stage.redis_port)
        writer.write(b"FLUSHALL\r\n")
        answer = await reader.readline()
        writer.close()
        assert answer.startswith(b"+OK"), answer

    def _bad_net(self, server: str, weather: Weather, seconds: float) -> Callable[[], Awaitable[None]]:
        async def do() -> None:
            assert self._stage.proxies
            await self._stage.proxies.change(server, weather)
            self._record.note("weather", server=server, mode=weather.mode, seconds=round(seconds, 1))
            await asyncio.sleep(seconds)
            await self._stage.proxies.clear(server)
            self._record.last_fault_at = self._record.now

        return do

    def _bad_setu(self, fault: dict[str, Any]) -> Callable[[], Awaitable[None]]:
        async def do() -> None:
            self._record.note("setu", **fault)
            status, queued = await self._setu.json("POST", "/__control__/faults", fault)
            assert status == 200, queued
            await asyncio.sleep(self._bad_day_seconds)
            _, pending = await self._setu.json("GET", "/__control__/faults")
            left = {one["id"]: one["times"] for one in pending}.get(queued["id"], 0)
            if left:
                await self._setu.json("POST", "/__control__/faults/remove", {"id": queued["id"]})
            self._record.counts["wrong answers of Setu"] += fault["times"] - left
            self._record.last_fault_at = self._record.now

        return do


def every(seconds: float, end: float) -> list[float]:
    if not seconds:
        return []
    number = int((end - FIRST_SECONDS) / seconds) + 1
    # Counted from the end, so that the last one is where the end is.
    return [end - seconds * back for back in reversed(range(number)) if end - seconds * back >= FIRST_SECONDS]
