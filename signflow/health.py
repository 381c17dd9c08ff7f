"""Is this process up (`/healthz`), and can it serve (`/readyz`)?"""

import time
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.http import HttpRequest, JsonResponse

from core import heartbeats
from core.checkup_stores import migrations_pending, redis_ping, storage_trouble
from core.checkup_work import LATE_SECONDS
from core.clock import database_now
from core.counters import Total
from core.selectors import job_dead_count, job_oldest_due_seconds
from signflow.probes import Probe
from signing import calls

ANSWER_SECONDS = 1.8  # s for all questions together
STORAGE_KEPT_SECONDS = 60.0
OK = "ok"


@dataclass(frozen=True)
class Rows:
    """What the database says of the others."""

    now: datetime
    pending: int
    oldest_due: float
    dead: int
    worker: float | None  # s since its last sign of life
    clock: float | None
    setu: Total | None


def _rows() -> Rows | None:
    """None if the database fails."""
    try:
        return Rows(
            now=database_now(),
            pending=len(migrations_pending()),
            oldest_due=job_oldest_due_seconds(),
            dead=job_dead_count(),
            worker=heartbeats.silent_for(heartbeats.WORKER),
            clock=heartbeats.silent_for(heartbeats.CLOCK),
            setu=calls.last_call(),
        )
    except AnyDatabaseError:
        return None


rows = Probe(_rows)
redis = Probe(redis_ping)
storage = Probe(storage_trouble, keep=STORAGE_KEPT_SECONDS)


def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": OK})


def readyz(request: HttpRequest) -> JsonResponse:
    """503 only if the database fails: callbacks are taken as long as they can be kept. Answers within two seconds."""
    until = time.monotonic() + ANSWER_SECONDS
    asked = [rows, storage, redis] if settings.REDIS_URL else [rows, storage]
    for probe in asked:
        probe.start()  # type: ignore[attr-defined]  # of different answers
    found = rows.answer(until=until)
    if found is None:
        return _answer({"status": "down", "database": "does not answer"}, status=503)
    parts = {
        "database": OK,
        "migrations": f"{found.pending} are not applied" if found.pending else OK,
        "redis": _word(redis.answer(until=until)) if settings.REDIS_URL else "not used",
        "storage": _word(storage.answer(until=until)),
        "worker": _alive(found.worker, limit=heartbeats.WORKER_SILENT_SECONDS),
        "clock": _alive(found.clock, limit=heartbeats.CLOCK_SILENT_SECONDS),
        "jobs": _jobs(found),
        "setu": _setu(found.setu, now=found.now),
    }
    well = all(word.startswith((OK, "not used")) for word in parts.values())
    status = {"status": OK if well else "degraded"}
    return _answer(
        status | parts | {"oldest_due_seconds": round(found.oldest_due, 1), "dead_jobs": found.dead}
    )


def _answer(body: dict[str, object], *, status: int = 200) -> JsonResponse:
    response = JsonResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _word(trouble: str | None) -> str:
    return f"does not answer within {ANSWER_SECONDS} s" if trouble is None else trouble or OK


def _alive(silent: float | None, *, limit: float) -> str:
    if silent is None:
        return "no sign of life yet"
    return OK if silent < limit else f"no sign of life for {silent:.0f} s"


def _jobs(found: Rows) -> str:
    if found.oldest_due > LATE_SECONDS:
        return f"one has waited for {found.oldest_due:.0f} s"
    return f"{found.dead} were given up" if found.dead else OK


def _setu(last: Total | None, *, now: datetime) -> str:
    """By the last call any process made; Setu is not called."""
    if last is None:
        return f"{OK}, not called yet"
    ago = f"{max(0.0, (now - last.at).total_seconds()):.0f} s ago"
    outcome = last.labels["outcome"]
    return f"{OK}, answered {ago}" if outcome in calls.ANSWERS else f"{outcome} at the last call, {ago}"
