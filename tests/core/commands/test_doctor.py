"""The doctor, with its real questions: the stand-in behind the client, the tests' database and storage."""

import json
import time
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from core import heartbeats
from core.checks import CHECKS, Level, Outcome, ok, run_one
from core.clock import after
from core.models import Heartbeat, Job
from tests.doctoring import asked, doctor
from tests.standin import StandIn

pytestmark = pytest.mark.django_db
TOKEN = "a-token-with-more-than-twenty-characters"


@pytest.fixture(autouse=True)
def token(settings) -> None:
    settings.SETU_CALLBACK_TOKENS = [TOKEN]


@pytest.fixture
def well(world: StandIn) -> StandIn:
    heartbeats.beat(heartbeats.CLOCK)
    heartbeats.beat(f"{heartbeats.WORKER}here:1")
    return world


def found() -> dict[str, dict[str, Any]]:
    lines = [json.loads(line) for line in doctor("--json")[1].splitlines()]
    return {line["check"]: line for line in lines}


@pytest.mark.usefixtures("well")
def test_with_all_well_it_ends_with_0_and_has_one_line_a_check():
    code, text = doctor()
    assert code == 0, text
    lines = [line for line in text.splitlines() if not line.startswith("    → ")]
    assert len(lines) == len(CHECKS)
    assert {line[0] for line in lines} == {"✓", "!"}


def test_a_fault_has_its_remedy_below_it_and_the_code_1(well, settings):
    settings.EMBEDDED = True
    Heartbeat.objects.filter(name__startswith=heartbeats.WORKER).update(at=after(-90))
    code, text = doctor()
    assert code == 1
    lines = text.splitlines()
    (place,) = [number for number, line in enumerate(lines) if line.startswith("✗")]
    assert lines[place].startswith("✗ worker        No worker has shown itself for 90 s.")
    assert lines[place + 1] == "    → Start the web process."


@pytest.mark.usefixtures("well")
def test_json_is_one_object_a_line():
    lines = found()
    assert set(lines) == set(CHECKS)
    assert lines["database"].keys() == {"check", "level", "says", "fix"}


# Settings (dangerous ones: tests/signflow/test_dangers.py)


def test_development_is_told(settings):
    assert asked("mode").level == Level.WARN
    settings.DEV = False
    assert asked("mode").level == Level.OK


# Jobs and who works them


def test_workers_and_clocks_that_never_started():
    assert asked("worker").level == Level.FAULT
    assert asked("clock").level == Level.WARN, "workers take its place"


def test_a_silent_clock():
    Heartbeat.objects.create(name=heartbeats.CLOCK, at=after(-200))
    assert asked("clock").says == "The clock has not ticked for 200 s."


@pytest.mark.parametrize(("seconds", "level"), [(100, Level.OK), (140, Level.FAULT)])
def test_late_jobs(subject, seconds, level):
    job = Job.objects.create(kind="tests.kind", subject=subject)
    Job.objects.filter(id=job.id).update(due_at=after(-seconds))
    assert asked("late jobs").level == level


def test_dead_jobs(subject):
    assert asked("dead jobs").level == Level.OK
    job = Job.objects.create(kind="tests.kind", subject=subject)
    Job.objects.filter(id=job.id).update(dead_at=after(-1))
    assert asked("dead jobs").level == Level.FAULT


@pytest.mark.parametrize(("seconds", "level"), [(10, Level.WARN), (-100, Level.FAULT)])
def test_clocks_that_differ(seconds, level):
    with time_machine.travel(time.time() + seconds, tick=False):
        assert asked("time").level == level
    assert asked("time").level == Level.OK


# Stores


def test_migrations_that_are_not_applied():
    assert asked("migrations").level == Level.OK
    MigrationRecorder(connection).record_unapplied("webhooks", "0001_initial")
    assert asked("migrations").says == "Not applied: webhooks.0001_initial (1 in all)."


def test_a_redis_that_is_not_there(settings):
    assert asked("redis").level == Level.OK
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert asked("redis").level == Level.FAULT


def test_the_storage_is_written_and_left_clean(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    assert asked("storage").level == Level.OK
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    (tmp_path / "file").write_text("in the way")
    settings.MEDIA_ROOT = str(tmp_path / "file")
    assert asked("storage").level == Level.FAULT


def test_the_database_tells_its_version():
    assert asked("database").says.startswith(("SQLite 3.", "PostgreSQL 1"))


def test_a_database_that_is_down_is_one_fault_and_no_trace():
    def refused(*_: object) -> None:
        raise OperationalError("password for user x")

    with connection.execute_wrapper(refused):
        outcome = run_one(CHECKS["worker"])
    assert outcome.level == Level.FAULT
    assert "OperationalError" in outcome.says
    assert "password" not in outcome.says


def test_a_check_that_fails_itself_is_a_fault_without_its_text():
    def broken() -> Outcome:
        raise ValueError("a secret")

    outcome = run_one(broken)
    assert outcome.level == Level.FAULT
    assert "ValueError" in outcome.says
    assert "secret" not in outcome.says
    assert run_one(lambda: ok("fine")) == ok("fine")
