import threading
import time
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now
from django.test import Client

from core import counters, heartbeats
from core.checkup_stores import storage_trouble
from core.clock import after
from core.models import Heartbeat, Job
from signflow import health
from signflow.probes import Probe
from signing.calls import NAME

# `/readyz` asks the database in a thread of its own, which sees only what is committed.
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_remembered(settings):
    """The storage's word is kept for a minute, which is longer than a test."""
    health.storage = Probe(storage_trouble, keep=health.STORAGE_KEPT_SECONDS)
    counters._pending.clear()


@pytest.fixture
def alive(transactional_db) -> None:
    heartbeats.beat(heartbeats.CLOCK)
    heartbeats.beat(f"{heartbeats.WORKER}here:1")


def ready(client: Client) -> dict[str, object]:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    body: dict[str, object] = answer.json()
    return body


def test_the_process_is_up_without_asking_the_database(client):
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.usefixtures("alive")
def test_with_all_alive_and_nothing_to_do_all_is_well(client):
    assert ready(client) == {
        "status": "ok",
        "database": "ok",
        "migrations": "ok",
        "redis": "not used",
        "storage": "ok",
        "worker": "ok",
        "clock": "ok",
        "jobs": "ok",
        "setu": "ok, not called yet",
        "oldest_due_seconds": 0.0,
        "dead_jobs": 0,
    }


def due_since(seconds: float, number: int = 1, **fields: object) -> None:
    job = Job.objects.create(kind="tests.kind", subject=UUID(int=number))
    Job.objects.filter(id=job.id).update(due_at=after(-seconds), **fields)


@pytest.mark.usefixtures("alive")
@pytest.mark.parametrize(
    ("seconds", "status"), [(5, "ok"), (110, "ok"), (130, "degraded"), (9000, "degraded")]
)
def test_work_that_nobody_does_is_told_but_callbacks_are_still_taken(seconds, status, client):
    due_since(seconds)
    body = ready(client)
    assert body["status"] == status
    assert seconds <= float(str(body["oldest_due_seconds"])) < seconds + 5


@committed
def test_the_oldest_job_counts(client):
    due_since(10, number=1)
    due_since(700, number=2)
    body = ready(client)
    assert float(str(body["oldest_due_seconds"])) >= 700
    assert str(body["jobs"]).startswith("one has waited for 70")


@committed
def test_what_is_worked_dead_or_not_due_does_not_count(client):
    due_since(900, number=1, leased_until=after(30))
    due_since(900, number=2, dead_at=Now())
    due_since(-900, number=3)
    assert ready(client)["oldest_due_seconds"] == 0


@pytest.mark.usefixtures("alive")
def test_jobs_that_were_given_up_are_counted_and_told(client):
    due_since(1, dead_at=Now())
    body = ready(client)
    assert (body["status"], body["jobs"], body["dead_jobs"]) == ("degraded", "1 were given up", 1)


@committed
def test_a_job_whose_worker_died_counts(client):
    due_since(900, leased_until=after(-30))
    assert ready(client)["jobs"] != "ok"


@pytest.mark.usefixtures("alive")
@pytest.mark.parametrize(("part", "seconds"), [("worker", 70), ("clock", 200)])
def test_a_part_that_fell_silent_is_named(part, seconds, client):
    Heartbeat.objects.filter(name__startswith=part).update(at=after(-seconds))
    body = ready(client)
    assert body["status"] == "degraded"
    assert str(body[part]).startswith(f"no sign of life for {str(seconds)[:2]}")
    other = {"worker": "clock", "clock": "worker"}[part]
    assert body[other] == "ok"


@committed
def test_parts_that_never_started_are_named(client):
    body = ready(client)
    assert (body["status"], body["worker"], body["clock"]) == ("degraded", *["no sign of life yet"] * 2)


@pytest.mark.usefixtures("alive")
@pytest.mark.parametrize(
    ("outcome", "word", "status"),
    [
        ("ok", "ok, answered 0 s ago", "ok"),
        ("not_found", "ok, answered 0 s ago", "ok"),
        ("unavailable", "unavailable at the last call, 0 s ago", "degraded"),
        ("denied", "denied at the last call, 0 s ago", "degraded"),
    ],
)
def test_setus_word_is_how_the_last_call_went(outcome, word, status, client):
    counters.count(NAME, call="create", outcome="unavailable" if status == "ok" else "ok")
    counters.flush()
    time.sleep(0.01)
    counters.count(NAME, call="signature", outcome=outcome)
    counters.flush()
    body = ready(client)
    assert (body["setu"], body["status"]) == (word, status)


@pytest.mark.usefixtures("alive")
def test_migrations_that_are_not_applied_are_told(client):
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("webhooks", "0001_initial")
    try:
        body = ready(client)
    finally:
        recorder.record_applied("webhooks", "0001_initial")
    assert (body["status"], body["migrations"]) == ("degraded", "1 are not applied")


@pytest.mark.usefixtures("alive")
def test_a_redis_that_does_not_answer_is_told(settings, client):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    body = ready(client)
    assert (body["status"], body["redis"]) == ("degraded", "does not answer (ConnectionError)")


@pytest.mark.usefixtures("alive")
def test_a_storage_that_fails_is_told(settings, tmp_path, client):
    (tmp_path / "file").write_text("in the way")
    settings.MEDIA_ROOT = str(tmp_path / "file" / "folder")
    body = ready(client)
    assert (body["status"], body["storage"]) == ("degraded", "cannot be written")


@committed
def test_without_a_database_the_answer_is_503(client):
    connection.close()
    name = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = "no/such/database"
    try:
        answer = client.get("/readyz")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "database": "does not answer"}


@pytest.mark.parametrize("part", ["rows", "storage"])
@pytest.mark.usefixtures("alive")
def test_whatever_hangs_the_answer_comes_within_two_seconds(part, client):
    released = threading.Event()
    real = getattr(health, part)
    setattr(health, part, Probe(lambda: released.wait(20)))
    began = time.monotonic()
    try:
        answers = [client.get("/readyz").status_code for _ in range(2)]
    finally:
        seconds = time.monotonic() - began
        released.set()
        setattr(health, part, real)
    assert seconds / 2 < 2
    assert answers == [503 if part == "rows" else 200] * 2


def test_one_thread_asks_at_a_time_and_an_answer_is_kept():
    asked: list[datetime] = []

    def ask() -> str:
        asked.append(datetime.now(UTC))
        time.sleep(0.05)
        return "well"

    probe = Probe(ask, keep=0.3)
    for _ in range(5):
        probe.start()
    assert probe.answer(until=time.monotonic() + 5) == "well"
    probe.start()
    assert (len(asked), probe.answer(until=0.0)) == (1, "well")
    time.sleep(0.3)
    probe.start()
    assert probe.answer(until=time.monotonic() + 5) == "well"
    assert len(asked) == 2


def test_a_question_that_fails_has_no_answer_rather_than_its_last_one(caplog):
    answers = iter(["well"])
    probe = Probe(lambda: next(answers))
    for expected in ("well", None):
        probe.start()
        assert probe.answer(until=time.monotonic() + 5) == expected
    assert [record.message for record in caplog.records] == ["probe.stumbled"]
