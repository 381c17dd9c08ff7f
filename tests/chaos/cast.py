"""The run's people at work: a manager asks over the API, signers act at Setu, Setu notifies, browsers return."""

import asyncio
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from tests.chaos.history import SIGNED, Attempt, Story
from tests.chaos.http import Http
from tests.chaos.people import Office, credentials
from tests.chaos.plan import LEASE_SECONDS, TICK_SECONDS
from tests.chaos.record import Record
from tests.standin.clock import notice_time

WAITS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)  # s before each repeat of what was not answered well
ASK_SECONDS = 120.0  # in which a request must be taken in, whatever happens
OPEN_SECONDS = (
    3 * (LEASE_SECONDS + TICK_SECONDS) + 120
)  # in which it must be open at Setu: workers die over it


@dataclass
class Part:
    """One request as its signers find it at Setu. `open` is set once SignFlow shows links to them."""

    story: Story
    open: asyncio.Event = field(default_factory=asyncio.Event)
    setu_id: str = ""
    document_id: str = ""
    signers: list[dict[str, Any]] = field(default_factory=list)  # as a notification shows them


class Cast:
    """Plays the stories. `web` is SignFlow, `setu` the stand-in's control API, both without proxy."""

    def __init__(self, *, web: Http, setu: Http, token: str, office: Office, record: Record) -> None:
        self._web, self._setu, self._token, self._office = web, setu, token, office
        self._record = record
        self.parts: dict[str, Part] = {}  # our request's id → part
        self._sending: set[asyncio.Task[None]] = set()

    async def sign_in(self) -> None:
        status, answer = await self._web.json("POST", "/api/token/", credentials())
        assert status == 200, answer
        self._web.headers["Authorization"] = f"Bearer {answer['access']}"

    async def play(self, told: list[Story]) -> None:
        """All stories, until the last signer has acted. Late copies of notifications are still on their way then."""
        async with asyncio.TaskGroup() as group:
            for story in told:
                group.create_task(self._story(story))

    async def sent(self) -> None:
        """Wait for what is still on its way."""
        while self._sending:
            await asyncio.wait(self._sending)
        self._record.counts["load seconds"] = round(self._record.now)

    async def _story(self, story: Story) -> None:
        await self._until(story.created_at)
        part = Part(story)
        try:
            request_id = await self._ask(story)
        except TimeoutError:
            self._record.breaches.append(f"I3 story {story.no} was not taken in within {ASK_SECONDS:.0f} s")
            return
        self.parts[request_id] = part
        self._record.request_ids[story.no] = request_id
        self._record.note("created", request=request_id, fate=story.fate)
        try:
            await asyncio.wait_for(part.open.wait(), OPEN_SECONDS)
        except TimeoutError:
            self._record.breaches.append(
                f"I7 request {request_id} was not open at Setu within {OPEN_SECONDS:.0f} s"
            )
            return
        for attempt in story.attempts:
            await self._until(attempt.at)
            await self._attempt(part, attempt)

    async def _until(self, at: float) -> None:
        await asyncio.sleep(max(0.01, at - self._record.now))

    async def _ask(self, story: Story) -> str:
        """Asking twice for the same is safe, so the manager's browser tries until it has an answer."""
        document = self._office.documents.get(story.no) or await self._upload(story)
        people = [
            self._office.employees[(story.no + n) % len(self._office.employees)] for n in range(story.signers)
        ]
        body = json.dumps(
            {"documentId": document, "signers": [{"identifier": one} for one in people]}
        ).encode()
        return str((await self._asked("/api/signature/", body))["id"])

    async def _upload(self, story: Story) -> str:
        """Repeating an upload whose answer was lost leaves a document nobody uses."""
        mark = uuid.uuid5(uuid.NAMESPACE_OID, str(story.no)).hex
        part = f'--{mark}\r\nContent-Disposition: form-data; name="'
        text = f'{part}name"\r\n\r\nAgreement\r\n{part}document"; filename="a.pdf"\r\n'
        text += "Content-Type: application/pdf\r\n\r\n"
        body = text.encode() + self._office.pdf + f"\r\n--{mark}--\r\n".encode()
        return str(
            (await self._asked("/api/documents/", body, f"multipart/form-data; boundary={mark}"))["id"]
        )

    async def _asked(self, path: str, body: bytes, content_type: str = "application/json") -> dict[str, Any]:
        status, content = 0, b""
        async with asyncio.timeout(ASK_SECONDS):
            while True:
                try:
                    status, content = await self._web.call("POST", path, body, content_type)
                except OSError:
                    self._record.counts["asked in vain"] += 1
                else:
                    if status in (200, 201):
                        answer: dict[str, Any] = json.loads(content)
                        return answer
                    if status not in (500, 502, 503, 504):
                        raise AssertionError(f"{path} answered {status}: {content[:300]!r}")
                    self._record.counts[f"asked: {status}"] += 1
                await asyncio.sleep(1.0)

    async def _attempt(self, part: Part, attempt: Attempt) -> None:
        """The signer's session at Setu; then Setu notifies, and perhaps the browser comes back."""
        signer = part.signers[attempt.signer]
        named = {"requestId": part.setu_id, "signerId": signer["id"]}
        if attempt.outcome == SIGNED:
            status, answer = await self._setu.json("POST", "/__control__/sign", named)
            signer |= {"status": SIGNED, "errCode": ""}
        else:
            named["errCode"] = attempt.outcome
            status, answer = await self._setu.json("POST", "/__control__/fail", named)
            signer["errCode"] = attempt.outcome
        assert status == 200, answer
        self._record.counts["attempts"] += 1
        self._record.last_act_at = self._record.now
        self._record.note("attempt", setu=part.setu_id, signer=signer["id"], outcome=attempt.outcome)
        body = notice(part, acting=signer)
        if not attempt.delays:
            self._record.counts["notifications dropped"] += 1
        for delay in attempt.delays:
            self.send(body, setu_id=part.setu_id, delay=delay)
        if attempt.returns:
            back = urlsplit(answer["redirect"])
            task = asyncio.create_task(self._return(f"{back.path}?{back.query}"))
            self._keep(task)

    def send(self, body: bytes, *, setu_id: str, delay: float = 0.0) -> None:
        """One notification, delivered as Setu does: until it is answered 200, or given up."""
        self._keep(asyncio.create_task(self._deliver(body, setu_id, delay)))

    def _keep(self, task: "asyncio.Task[None]") -> None:
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _deliver(self, body: bytes, setu_id: str, delay: float) -> None:
        await asyncio.sleep(delay)
        for wait in (*WAITS, None):
            digest = self._record.sent(body)
            try:
                status, _ = await self._web.call("POST", f"/webhooks/setu/{self._token}", body)
            except OSError as error:
                self._record.counts["sent: no answer"] += 1
                self._record.note("no answer", error=type(error).__name__)
            else:
                if status == 200:
                    self._record.acknowledged(digest, setu_id)
                    self._record.note("acknowledged", digest=digest)
                    return
                self._record.counts[f"sent: {status}"] += 1
            if wait is None:
                self._record.counts["given up"] += 1
                return
            await asyncio.sleep(wait)

    async def _return(self, path: str) -> None:
        try:
            await self._web.call("GET", path)
            self._record.counts["browsers back"] += 1
        except OSError:
            self._record.counts["browsers lost"] += 1


def notice(part: Part, *, acting: dict[str, Any]) -> bytes:
    """Setu's notification (notifications.mdx): all signers, the acting one first."""
    done = sum(signer["status"] == SIGNED for signer in part.signers)
    every = len(part.signers)
    status = "sign_complete" if done == every else "sign_pending" if done else "sign_initiated"
    signers = sorted(part.signers, key=lambda signer: signer is not acting)
    esign = {"id": part.setu_id, "documentId": part.document_id, "status": status, "signers": signers}
    body = {
        "event": "ESIGN_WEBHOOK_NOTIFICATION",
        "timeStamp": notice_time(datetime.now(UTC)),
        "data": {"esign": esign},
    }
    return json.dumps(body, separators=(",", ":")).encode()
