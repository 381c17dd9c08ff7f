"""One run: everybody acts, faults strike, rows are watched; then we wait until all is right, and the checker judges."""

import asyncio
import hashlib
import itertools
import random
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import DatabaseError, connections

from signing.models import Stray
from signing.services.drift import drift_find
from tests.chaos import watcher
from tests.chaos.cast import Cast, Part, notice
from tests.chaos.checker import check
from tests.chaos.facts import Facts, facts_read
from tests.chaos.faults import Faults
from tests.chaos.history import stories
from tests.chaos.http import Http
from tests.chaos.people import office_opened
from tests.chaos.plan import Plan
from tests.chaos.record import Record
from tests.chaos.report import table
from tests.chaos.stage import Stage

T = TypeVar("T")
WATCH_SECONDS = 1.0
ROWS_EVERY = 3  # watches: all rows are read, which costs what SignFlow could use
NAME_SECONDS = 8.0  # between two looks for requests at Setu that SignFlow does not know
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
        for side in sides:
            side.cancel()
        for end in await asyncio.gather(*sides, return_exceptions=True):
            if isinstance(end, Exception):
                self.record.breaches.append(f"the harness itself failed: {end!r}")
        calls = (await self._setu.json("GET", "/__control__/calls"))[1]
        facts = await self._facts()
        breaches = [*self.record.breaches, *self._gave_up()]
        breaches += check(
            facts,
            acknowledged=[digest for digest, at in self.record.digests.items() if at is not None],
            expected=self.record.request_ids.values(),
            named=self.record.named,
        )
        self.record.write(self.stage.folder / "history.jsonl")
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
        """Notifications that name ids SignFlow does not know: half of what its lost creates left, and nobody's."""
        before: set[str] = set()
        for _ in range(STRANGERS):
            self._name(str(uuid.UUID(int=self._rng.getrandbits(128), version=4)))
        while True:
            await asyncio.sleep(NAME_SECONDS)
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

    async def _truth(self) -> dict[str, Any]:
        _, requests = await self._setu.json("GET", "/__control__/requests")
        return {request["id"]: request for request in requests}

    async def _recover(self) -> float | None:
        """Until every request is as Setu has it: seconds from the last fault, or the last signer's act if that was
        later. None if it takes too long."""
        record, limit = self.record, self.plan.recovery_seconds
        await self._setu.json("POST", "/__control__/faults/clear", {})  # what no call has used up
        while True:
            with suppress(DatabaseError):
                left = watcher.differences(
                    await in_database(watcher.rows),
                    await self._truth(),
                    await in_database(watcher.current),
                )
                waiting = await in_database(Stray.objects.filter(outcome="").count)
                if not left and not waiting:
                    return record.now - record.quiet_since
                record.note("recovering", left=len(left), strays=waiting)
            if record.now - record.quiet_since > limit:
                return None
            await asyncio.sleep(2 * WATCH_SECONDS)

    async def _facts(self) -> Facts:
        truth = await self._truth()
        facts = await in_database(facts_read, truth=truth)
        facts.drift = await in_database(lambda: [str(drift) for drift in drift_find()])
        facts.setu_files = await self._files(facts)
        facts.logs = self.stage.logs() | {"Redis": await asyncio.to_thread(self._redis)}
        return facts

    async def _files(self, facts: Facts) -> dict[str, str]:
        """What Setu serves for each archived request, fetched as its client would, without a proxy."""
        keys = {
            "x-client-id": settings.SETU_CLIENT_ID,
            "x-client-secret": settings.SETU_CLIENT_SECRET,
            "x-product-instance-id": settings.SETU_PRODUCT_INSTANCE_ID,
        }
        api, served = Http(self.stage.standin_port, size=4, headers=keys), {}
        files = Http(self.stage.files_port, size=4)
        for archive in facts.archives:
            setu_id = facts.submissions[archive.request_id]
            status, link = await api.json("GET", f"/api/signature/{setu_id}/download")
            if status == 200:
                parts = urlsplit(link["downloadUrl"])
                _, content = await files.call("GET", f"{parts.path}?{parts.query}")
                served[archive.request_id] = hashlib.sha256(content).hexdigest()
        return served

    def _redis(self) -> str:
        """All that lies in Redis, as text."""
        with redis.Redis(port=self.stage.redis_port, decode_responses=True) as client:
            texts = []
            for key in client.scan_iter():
                kind = client.type(key)
                if kind == "hash":
                    texts.append(str(client.hgetall(key)))
                elif kind == "list":
                    texts.append(str(client.lrange(key, 0, -1)))
                elif kind == "zset":
                    texts.append(str(client.zrange(key, 0, -1)))
            return "\n".join(texts)

    def _gave_up(self) -> list[str]:
        return [f"{name} ended too often" for name, one in self.stage.processes.items() if one.gave_up]


async def run(plan: Plan, stage: Stage) -> tuple[str, list[str]]:
    return await Run(plan, stage).play()
