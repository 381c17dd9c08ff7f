"""The purge: every rule in its turn, in small steps, whoever else runs it and whenever it is killed."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from core import counters, heartbeats, jobs, retention, work
from core.checkup_purge import purge as asked
from core.clock import after
from core.models import Heartbeat, Job
from core.retention import RULES, rule
from tests.builders import make_employee

pytestmark = pytest.mark.django_db
NAME = "tests"


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    counters._pending.clear()


@pytest.fixture
def old() -> Iterator[Any]:
    """A rule of the tests' own: rows that are older than a hundred days."""

    @rule(NAME, says="Rows of the tests.", setting="KEEP_JOBS_DAYS")
    def due(seconds: float) -> Any:
        return Heartbeat.objects.filter(name__startswith="tests:", at__lt=after(-seconds))

    yield due
    RULES.pop(NAME)


def rows(number: int, *, days: float) -> None:
    at = timezone.now() - timedelta(days=days)
    Heartbeat.objects.bulk_create([Heartbeat(name=f"tests:{uuid4()}", at=at) for _ in range(number)])


def left() -> int:
    return Heartbeat.objects.filter(name__startswith="tests:").count()


@pytest.mark.usefixtures("old")
def test_what_is_older_than_its_setting_goes_and_the_rest_stays(settings):
    settings.KEEP_JOBS_DAYS = 30
    rows(3, days=31)
    rows(2, days=29)
    dropped, all_done = retention.purge()
    assert (dropped[NAME], all_done, left()) == (3, True, 2)
    assert retention.purge()[0][NAME] == 0


@pytest.mark.usefixtures("old")
def test_it_goes_in_batches_and_a_run_that_is_out_of_time_leaves_the_rest_to_the_next(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 10)
    rows(25, days=1000)
    dropped, all_done = retention.purge(seconds=1e-9)
    assert (dropped[NAME], all_done, left()) == (10, False, 15)
    assert retention.purge()[0][NAME] == 15


@pytest.mark.usefixtures("old")
def test_rows_that_cannot_go_do_not_hold_the_run_up(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setitem(RULES, NAME, retention.Rule(NAME, "", "", RULES[NAME].due, drop=lambda rows: 0))
    rows(7, days=1000)
    assert retention.purge() == (dict.fromkeys(RULES, 0), True)


def test_the_clock_sees_to_the_job_once_and_then_it_plans_itself():
    retention.purge_owed()
    retention.purge_owed()
    job = Job.objects.get(kind="core.purge")
    assert job.wanted == 1
    work.run_job(job.kind, job.id)
    job.refresh_from_db()
    assert job.dead_at is None
    assert job.due_at is not None
    assert 0 < (job.due_at - timezone.now()).total_seconds() <= retention.EVERY_SECONDS
    assert (job.crashes, job.last_error) == (0, "")


@pytest.mark.usefixtures("old")
def test_a_run_out_of_time_is_due_again_at_once(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 1)
    monkeypatch.setattr(retention, "RUN_SECONDS", 1e-9)
    rows(3, days=1000)
    retention.purge_owed()
    job = Job.objects.get(kind="core.purge")
    claim = jobs.claim(job.id, lease=60)
    assert claim
    retention.purge_by_clock(claim)
    assert left() == 2
    assert jobs.claim(job.id, lease=60), "the rest is due"


@pytest.mark.usefixtures("old")
def test_the_command_says_what_would_go_and_then_what_is_gone():
    rows(4, days=1000)

    def said(*options: str) -> list[str]:
        out = io.StringIO()
        call_command("purge", *options, stdout=out)
        return out.getvalue().splitlines()

    lines = said("--dry-run")
    assert len(lines) == len(RULES) + 1
    assert [line.split()[:4] for line in lines if line.startswith("tests")] == [["tests", "4", "90", "days"]]
    assert (lines[-1], left()) == ("4 would go.", 4)
    assert (said()[-1], left()) == ("4 are gone.", 0)
    assert said()[-1] == "0 are gone."


@pytest.mark.usefixtures("old")
def test_the_doctor_and_the_metrics_know_of_the_last_run(client, settings):
    settings.METRICS_TOKEN = "t" * 20
    assert asked().fix.startswith("Start clock and worker")
    rows(4, days=1000)
    call_command("purge", stdout=io.StringIO())
    assert asked().says == "The last whole purge was 0 hours ago."
    text = client.get("/metrics", headers={"Authorization": f"Bearer {'t' * 20}"}).content.decode()
    assert 'signflow_purged_total{what="tests"} 4.0' in text
    assert "signflow_purge_age_seconds 0" in text


def test_sessions_that_are_over_and_the_consoles_old_notes_go(settings, manager):
    now = timezone.now()
    for key, days in (("over", -1), ("running", 1)):
        Session.objects.create(session_key=key, session_data="x", expire_date=now + timedelta(days=days))
    for no, days in enumerate((settings.KEEP_LOG_DAYS + 1, 1)):
        entry = LogEntry.objects.create(user=manager, action_flag=CHANGE, object_repr=str(no))
        LogEntry.objects.filter(id=entry.id).update(action_time=now - timedelta(days=days))
    dropped, _ = retention.purge()
    assert (dropped["sessions"], dropped["console log"]) == (1, 1)
    assert Session.objects.get().session_key == "running"
    assert LogEntry.objects.get().object_repr == "1"


def test_nothing_of_what_is_in_use_goes(manager):
    make_employee("asha", organization=manager.tenant)
    heartbeats.beat(heartbeats.CLOCK)
    assert sum(retention.purge()[0].values()) == 0
