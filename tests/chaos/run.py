"""One run: everybody acts, faults strike, rows are watched; then we wait until all is right, and the checker judges."""

import asyncio
import itertools
import random
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, connections

from signing.models import Stray
from signing.services.drift import drift_find
from tests.chaos import watcher
from tests.chaos.cast import Cast, Part, notice
from tests.chaos.checker import SLACK_SECONDS, check, ids_of
from tests.chaos.evidence import files_served, redis_text
from tests.chaos.facts import Facts, facts_read
from tests.chaos.faults import Faults
from tests.chaos.history import stories
from tests.chaos.http import Http
from tests.chaos.people import office_opened
from tests.chaos.plan import Plan
from tests.chaos.record import Record
from tests.chaos.report import table
from tests.chaos.stage import Stage, ended_badly
from tests.standin.notices import forged

T = TypeVar("T")
WATCH_SECONDS = 1.0
ROWS_EVERY = 3  # watches: all rows are read, which costs what SignFlow could use
NAME_SECONDS = 8.0  # between two looks for requests at Setu that SignFlow does not know
FORGED_AT_ONCE = 5  # false completions, each time
STRANGERS = 5  # ids that nobody has, named in notifications


async def in_database(read: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """Ask the database in a thread, and leave no connection behind: it has twenty in all."""

    def asked() -> T:
        try:
            return read(*arguments, **named)
        finally:
            connections.close_all()

    return await asyncio.to_thread(asked)


class Run:
    def __init__(self, plan: Plan, stage: Stage) -> None:
        self.plan, self.stage, self.record = plan, stage, Record()
        self._rng = random.Random(plan.seed + 2)
        self._setu = Http(stage.standin_port, size=4)
        self._seen: dict[str, watcher.Row] = {}

    async def play(self) -> tuple[str, list[str]]:
        told = stories(self.plan)
        office = await in_database(office_opened, told)
        await self.stage.signflow_up()
        web = Http(self.stage.web_port, size=16)
        self.cast = Cast(
            web=web,
            setu=self._setu,
            token=settings.SETU_CALLBACK_TOKENS[0],
            office=office,
            record=self.record,
        )
        await self.cast.sign_in()
        self.record.start()
        sides = [asyncio.create_task(side) for side in (self._watch(), self._name_unknown())]
        await asyncio.gather(self.cast.play(told), Faults(self.plan, self.stage, self.record).strike())
        self.record.answer_seconds = web.seconds
        recovered, _ = await asyncio.gather(self._recover(), self.cast.sent())
        sides[1].cancel()  # nothing is named any more
        await asyncio.gather(sides[1], self.cast.sent(), return_exceptions=True)
        await self._settled()
        for side in sides:
            side.cancel()
        for end in await asyncio.gather(*sides, return_exceptions=True):
            if isinstance(end, Exception):
                self.record.breaches.append(f"the harness itself failed: {end!r}")
        calls = (await self._setu.json("GET", "/__control__/calls"))[1]
        facts = await self._facts()
        breaches = [*self.record.breaches, *ended_badly(self.stage.processes)]
        breaches += check(
            facts,
            acknowledged=[digest for digest, at in self.record.digests.items() if at is not None],
            expected=self.record.request_ids.values(),
            named=self.record.named,
            late=self.plan.recovery_seconds if recovered is None else None,
        )
        return table(self.plan, self.stage, self.record, facts, calls, recovered, told, breaches), breaches

    async def _watch(self) -> None:
        """Opens the signers' sessions once SignFlow shows links, and sees that nothing goes backwards (I2)."""
        for number in itertools.count():
            with suppress(DatabaseError):  # while PostgreSQL is down we are blind
                await self._open_parts()
                if number % ROWS_EVERY == 0:
                    rows = await in_database(watcher.rows)
                    self.record.breaches += watcher.regressions(self._seen, rows)
                    self._seen = rows
            await asyncio.sleep(WATCH_SECONDS)

    async def _open_parts(self) -> None:
        waiting = [id_ for id_, part in self.cast.parts.items() if not part.open.is_set()]
        for found in await in_database(watcher.opened, waiting) if waiting else []:
            part = self.cast.parts[found.request_id]
            part.setu_id, part.document_id, part.signers = found.setu_id, found.document_id, found.signers
            part.open.set()
            self.record.note("open", request=found.request_id, setu=found.setu_id)

    async def _name_unknown(self) -> None:
        """Notifications that name ids SignFlow does not know: half of what its lost creates left, and nobody's.

        Others lie about ids that it knows.
        """
        before: set[str] = set()
        for _ in range(STRANGERS):
            self._name(str(uuid.UUID(int=self._rng.getrandbits(128), version=4)))
        while True:
            await asyncio.sleep(NAME_SECONDS)
            self._forge()
            known = {part.setu_id for part in self.cast.parts.values()}
            unknown = set(await self._truth()) - known
            for setu_id in sorted(unknown & before):  # not just on its way
                if self._rng.random() < 0.5 and setu_id not in self.record.named:
                    self._name(setu_id)
            before = unknown

    def _name(self, setu_id: str) -> None:
        self.record.counts["unknown ids named"] += 1
        stranger: Any = {
            "status": "pending",
            "errCode": "session_expired",
            "id": "none",
            "identifier": "none",
        }
        part = Part(story=None, setu_id=setu_id, signers=[stranger])  # type: ignore[arg-type]  # nobody's story
        self.cast.send(notice(part, acting=stranger), setu_id=setu_id)

    def _forge(self) -> None:
        """Callbacks that say everybody has signed, for requests that are open: nothing may come of it.

        Only where a signer is still to act: a lie is a doorbell too, and must not help what is judged in the end.
        """
        still_open = [
            part
            for part in self.cast.parts.values()
            if part.open.is_set() and self.record.now < part.story.attempts[-1].at
        ]
        for part in self._rng.sample(still_open, min(FORGED_AT_ONCE, len(still_open))):
            body = notice(part, acting=part.signers[0])
            self.record.counts["false completions sent"] += 1
            stranger = str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
            self.cast.send(forged("false_complete", body, stranger), setu_id=part.setu_id)

    async def _truth(self) -> dict[str, Any]:
        _, requests = await self._setu.json("GET", "/__control__/requests")
        self.record.setu_ids |= ids_of(requests)
        return {request["id"]: request for request in requests}

    async def _recover(self) -> float | None:
        """Until every request is as Setu has it: seconds from the last fault, or the last signer's act if that was
        later. None if it takes too long."""
        record, limit = self.record, self.plan.recovery_seconds
        await self._setu.json("POST", "/__control__/faults/clear", {})  # what no call has used up
        while True:
            with suppress(DatabaseError):
                if await self._all_well():
                    return record.now - record.quiet_since
            if record.now - record.quiet_since > limit:
                return None
            await asyncio.sleep(2 * WATCH_SECONDS)

    async def _all_well(self) -> bool:
        left = watcher.differences(
            await in_database(watcher.rows), await self._truth(), await in_database(watcher.current)
        )
        waiting = await in_database(Stray.objects.filter(outcome="").count)
        if left or waiting:
            self.record.note("recovering", left=len(left), strays=waiting)
        return not left and not waiting

    async def _settled(self) -> None:
        """What the last copies told may still be worked off; the checker judges whatever is left."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SLACK_SECONDS):
                while not await self._all_well():
                    await asyncio.sleep(WATCH_SECONDS)

    async def _facts(self) -> Facts:
        truth = await self._truth()
        facts = await in_database(facts_read, truth=truth)
        facts.drift = await in_database(lambda: [str(drift) for drift in drift_find()])
        stage = self.stage
        facts.setu_files = await files_served(facts, api_port=stage.standin_port, files_port=stage.files_port)
        facts.setu_ids |= self.record.setu_ids
        in_redis = await asyncio.to_thread(redis_text, stage.redis_port)
        facts.logs = stage.logs() | self.record.dumps | {"Redis": in_redis}
        return facts


async def run(plan: Plan, stage: Stage) -> tuple[str, list[str]]:
    one = Run(plan, stage)
    try:
        return await one.play()
    finally:
        one.record.write(stage.folder / "history.jsonl")
