"""One message of the queue: what `run_job` does with the job it names."""

import contextlib
import time
from collections.abc import Iterator

import pytest
from django.db import InterfaceError, OperationalError, connection
from dramatiq.middleware import Shutdown, TimeLimitExceeded

from core import doorbell, drain, jobs, work
from core.clock import after
from core.models import Job
from tests.core.bells import KIND, LEASE, Bell, bells, changed, make_job, seconds_until_due, turns

pytestmark = pytest.mark.django_db


def again(claim: jobs.Claim) -> None:
    jobs.settle(claim, next_in=0.0)


def overtaken(claim: jobs.Claim) -> None:
    """Work during which the lease runs out and somebody else claims."""
    changed(Job.objects.get(id=claim.job_id), leased_until=after(-1))
    jobs.claim(claim.job_id, lease=LEASE)
    jobs.settle(claim, next_in=None)


def raising(error: BaseException, *, settled: bool = False):
    def step(claim: jobs.Claim) -> None:
        if settled:
            jobs.settle(claim, next_in=300)
        raise error

    return step


def test_a_job_that_is_not_due_is_left_alone(subject, worked):
    work.run_job(KIND, make_job(subject, due_in=50).id)
    assert worked.claims == []


def test_a_message_of_another_kind_leaves_a_job_alone(subject, worked):
    """An old message, after the database was restored and its ids were given again."""
    job = changed(make_job(subject), kind="another.kind")
    work.run_job(KIND, job.id)
    assert worked.claims == []
    assert changed(job).crashes == 0


def test_a_job_is_worked_until_nothing_is_due(subject, worked, broker):
    job = make_job(subject)
    worked.steps = [again, again]
    work.run_job(KIND, job.id)
    assert [claim.fence for claim in worked.claims] == [1, 2, 3]
    assert changed(job).due_at is None
    assert bells(broker) == []


def test_a_ring_during_the_work_is_worked_in_the_same_run(subject, worked):
    def rung(claim: jobs.Claim) -> None:
        jobs.ring(KIND, subject=subject, cause="callback")
        jobs.settle(claim, next_in=300)

    worked.steps = [rung]
    work.run_job(KIND, make_job(subject).id)
    assert [claim.cause for claim in worked.claims] == ["", "callback"]


def test_a_job_that_stays_due_makes_room_for_others_after_ten_steps(subject, worked, broker):
    job = make_job(subject)
    worked.steps = [again] * 99
    work.run_job(KIND, job.id)
    assert len(worked.claims) == work.STEPS_MAX == 10
    assert bells(broker) == [Bell(job.id, "tests", 0)]


def test_a_run_ends_when_the_leases_time_is_used_up(subject, broker, worked):
    kind = doorbell.KINDS[KIND]
    doorbell.KINDS[KIND] = doorbell.Kind(KIND, 0.01, kind.work, kind.by_bell)

    def slow(claim: jobs.Claim) -> None:
        time.sleep(0.02)
        again(claim)

    job = make_job(subject)
    worked.steps = [slow] * 3
    work.run_job(KIND, job.id)
    assert len(worked.claims) == 1
    assert bells(broker) == [Bell(job.id, "tests", 0)]


def test_the_end_of_the_process_gives_the_job_back_uncounted_and_rings(subject, worked, broker):
    job = make_job(subject)
    worked.steps = [raising(Shutdown())]
    work.run_job(KIND, job.id)
    assert seconds_until_due(job) <= 0
    assert (job.crashes, job.leased_until) == (0, None)
    assert bells(broker) == [Bell(job.id, "tests", 0)]


def test_the_end_of_the_process_just_after_settling_changes_nothing(subject, worked):
    job = make_job(subject)
    worked.steps = [raising(Shutdown(), settled=True)]
    work.run_job(KIND, job.id)
    assert seconds_until_due(job) > 290
    assert job.crashes == 0


def test_a_step_over_its_time_limit_counts_as_a_crash(subject, worked):
    job = make_job(subject)
    worked.steps = [raising(TimeLimitExceeded())]
    work.run_job(KIND, job.id)
    assert seconds_until_due(job) > 1
    assert (job.crashes, job.leased_until, job.last_error) == (1, None, "TimeLimitExceeded")


def test_an_error_nobody_foresaw_is_logged_counted_and_put_off(subject, worked, caplog):
    job = make_job(subject)
    worked.steps = [raising(ZeroDivisionError("at work"))]
    work.run_job(KIND, job.id)
    assert seconds_until_due(job) > 1
    assert (job.crashes, job.leased_until, job.last_error) == (1, None, "ZeroDivisionError")
    (line,) = [record for record in caplog.records if record.message == "job.stumbled"]
    assert line.exc_info


@pytest.mark.parametrize("error", [OperationalError("lock timeout"), InterfaceError("closed")])
def test_a_database_that_fails_in_mid_work_is_a_failure_and_not_a_crash(
    error, subject, worked, caplog, broker, django_capture_on_commit_callbacks
):
    job = make_job(subject)
    worked.steps = [raising(error)]
    with django_capture_on_commit_callbacks(execute=True):
        work.run_job(KIND, job.id)
    assert seconds_until_due(job) > 1.5
    assert turns(broker) == [pytest.approx(seconds_until_due(job), abs=1)], "it is not left to the tick"
    assert (job.crashes, job.failures, job.leased_until, job.last_error) == (
        0,
        1,
        None,
        "The database failed",
    )
    assert [record.message for record in caplog.records] == ["job.database_failed"]
    jobs.ring(KIND, subject=subject, cause="callback")
    assert seconds_until_due(job) > 1, "the back-off holds, whoever rings"


def test_a_failing_database_costs_a_minute_at_most_however_often_setu_failed_before(
    subject, worked, broker, django_capture_on_commit_callbacks
):
    job = make_job(subject, failures=20)
    worked.steps = [raising(OperationalError("lock timeout"))]
    with django_capture_on_commit_callbacks(execute=True):
        work.run_job(KIND, job.id)
    assert 58 < seconds_until_due(job) <= 60
    assert turns(broker) == [60.0]


@contextlib.contextmanager
def writes_fail(times: int) -> Iterator[None]:
    """The database takes no UPDATE, so many times."""
    left = [times]

    def refuse(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and left[0]:
            left[0] -= 1
            raise OperationalError("the database system is starting up")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("failing", "found"), [(2, (0, 1, "The database failed")), (3, (1, 0, ""))], ids=["twice", "three times"]
)
def test_a_database_that_is_away_for_a_moment_is_told_when_it_is_back(
    failing, found, subject, worked, caplog, monkeypatch
):
    monkeypatch.setattr(work, "PUT_OFF_SECONDS", 0.01)
    outage = contextlib.ExitStack()

    def cut_off(claim: jobs.Claim) -> None:
        outage.enter_context(writes_fail(failing))
        raise OperationalError("server closed the connection")

    job = make_job(subject)
    worked.steps = [cut_off]
    with outage:
        work.run_job(KIND, job.id)
    job.refresh_from_db()
    assert (job.crashes, job.failures, job.last_error) == found
    told = [record.message for record in caplog.records]
    assert told == ["job.database_failed", *(["job.not_put_off"] if failing == 3 else [])]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_ends_does_not_wait_for_the_database(subject, worked, monkeypatch):
    monkeypatch.setattr(work, "PUT_OFF_SECONDS", 600.0)
    outage = contextlib.ExitStack()

    def cut_off(claim: jobs.Claim) -> None:
        outage.enter_context(writes_fail(9))
        drain.stopping.set()
        raise OperationalError("server closed the connection")

    job = make_job(subject)
    worked.steps = [cut_off]
    with outage:
        work.run_job(KIND, job.id)
    assert changed(job).crashes == 1, "its lease runs out"


def test_work_that_was_overtaken_ends_quietly(subject, worked, caplog):
    job = make_job(subject)
    worked.steps = [overtaken]
    work.run_job(KIND, job.id)
    job.refresh_from_db()
    assert (len(worked.claims), job.fence, job.crashes) == (1, 2, 2)
    assert job.leased_until is not None, "the other's lease stands"
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_both_lanes_lead_to_the_work(subject, worked, broker):
    job = make_job(subject)
    doorbell.KINDS[KIND].by_bell.fn(job.id)
    changed(job, due_at=after(-1))
    broker.get_actor(doorbell.TURN).fn()
    assert len(worked.claims) == 2


@pytest.mark.usefixtures("worked")
def test_each_lane_is_told_of_a_shutdown_and_has_a_time_limit(broker):
    bell, turn = doorbell.KINDS[KIND].by_bell, broker.get_actor(doorbell.TURN)
    assert bell.options["time_limit"] == 2.5 * LEASE * 1000
    for lane in (bell, turn):
        assert lane.options["notify_shutdown"] is True
        assert "periodic" not in lane.options
