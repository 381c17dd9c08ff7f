"""What a callback costs: how many are taken in a second, and how soon the signature is seen."""

import json
import random
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx

from bench import data, load
from bench.data import Made
from core.clock import after
from core.models import Job, User
from signing.models import SignatureRequest
from tests.production.processes import Production

CONNECTIONS = 8
POLL_SECONDS = 0.005
SEEN_SECONDS = 30.0
IDLE_SECONDS = (0.3, 0.9)


def notification(made: Made, *, signed: int = 0, at: datetime | None = None) -> bytes:
    """Setu's body for a request of the stand-in's whose first so many signers have signed."""
    signers = [
        {
            "id": signer["id"],
            "identifier": signer["identifier"],
            "displayName": signer["displayName"],
            "status": "signed" if no < signed else "pending",
            "errCode": "",
            "signatureDetails": {},
        }
        for no, signer in enumerate(made["signers"])
    ]
    status = "sign_pending" if signed else "sign_initiated"
    esign = {"id": made["id"], "documentId": made["documentId"], "status": status, "signers": signers}
    stamp = (at or datetime.now(UTC)).isoformat()
    body = {"event": "ESIGN_WEBHOOK_NOTIFICATION", "timeStamp": stamp, "data": {"esign": esign}}
    return json.dumps(body).encode()


def intake(run: Production, at_setu: Sequence[Made], *, count: int) -> load.Run:
    """So many different callbacks for these requests, as fast as they are answered."""
    path, now = f"/webhooks/setu/{run.env['SETU_CALLBACK_TOKENS']}", datetime.now(UTC)
    messages = [
        load.post(path, notification(at_setu[no % len(at_setu)], at=now + timedelta(microseconds=no)))
        for no in range(count)
    ]
    return load.run(int(run.env["PORT"]), messages, connections=CONNECTIONS)


@dataclass(frozen=True)
class Visible:
    backlog: int
    latency_ms: int
    seconds: list[float]

    @property
    def p50(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20, method="inclusive")[18]


def visible(
    run: Production,
    desk: data.Office,
    pairs: Sequence[tuple[SignatureRequest, Made]],
    *,
    backlog: int,
    latency_ms: int,
) -> Visible:
    """From a callback's sending until the signer's list shows the signature, one request after the other.

    The stand-in's own callbacks are off: the moment of sending must be known.
    """
    signer = desk.employees[0]
    path = f"/webhooks/setu/{run.env['SETU_CALLBACK_TOKENS']}"
    seconds = []
    with (
        httpx.Client(base_url=run.web_url, timeout=10, trust_env=False) as web,
        httpx.Client(base_url=run.standin_url, timeout=30, trust_env=False) as setu,
    ):
        web.headers["Authorization"] = f"Bearer {desk.token(signer)}"
        for request, made in pairs:
            who = {"requestId": made["id"], "signerId": made["signers"][0]["id"]}
            setu.post("/__control__/sign", json=who).raise_for_status()
            # The queue is quiet when a signature comes.
            time.sleep(random.uniform(*IDLE_SECONDS))  # noqa: S311  # a pause, not a secret
            began = time.monotonic()
            web.post(path, content=notification(made, signed=1)).raise_for_status()
            _wait_until_seen(web, request.id, signer)
            seconds.append(time.monotonic() - began)
    return Visible(backlog, latency_ms, seconds)


def _wait_until_seen(web: httpx.Client, request_id: UUID, signer: User) -> None:
    until = time.monotonic() + SEEN_SECONDS
    while time.monotonic() < until:
        shown = web.get(f"/api/signature/{request_id}/").raise_for_status().json()["signers"]
        if any(one["identifier"] == str(signer.id) and one["status"] == "signed" for one in shown):
            return
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"A signature was not seen within {SEEN_SECONDS} s.")


@contextmanager
def busy_backlog(requests: Sequence[SignatureRequest]) -> Iterator[None]:
    """These requests are due for the clock again and again, so that its lane is never empty."""
    stop = threading.Event()

    def make_due() -> None:
        while True:
            Job.objects.filter(subject__in=[request.id for request in requests]).update(due_at=after(0))
            if stop.wait(10):
                return

    thread = threading.Thread(target=make_due, daemon=True)
    if requests:
        thread.start()
    yield
    stop.set()
    if requests:
        thread.join()
        Job.objects.filter(subject__in=[request.id for request in requests]).update(
            due_at=after(data.ENOUGH_SECONDS)
        )
