"""A turn that ends before its work is done leaves the lane to another one, and does not wait for the tick."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction

from core import doorbell, jobs, lanes, work
from core.models import Job
from tests.core.bells import KIND, changed, make_job, turns

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worked")]
LOCKED_SECONDS = 0.2


@contextmanager
def refused(statement: str) -> Iterator[None]:
    """The database fails at statements that begin so."""

    def refuse(execute, sql, params, many, context):
        if sql.startswith(statement):
            raise OperationalError("the database system is shutting down")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


@contextmanager
def locked(job: Job) -> Iterator[None]:
    """Somebody else has the row, in a transaction that does not end."""
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Job.objects.select_for_update().get(id=job.id)
            held.set()
            over.wait(timeout=20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(timeout=10)
    try:
        yield
    finally:
        over.set()
        holder.join(timeout=10)


@pytest.mark.parametrize("statement", ["SELECT", "INSERT", "UPDATE"], ids=["look", "slot", "claim"])
def test_a_database_that_fails_in_a_turn_does_not_end_the_lane(statement, subject, worked, broker, caplog):
    make_job(subject)
    with refused(statement):
        work.run_turn()
    assert (worked.claims, turns(broker)) == ([], [lanes.AGAIN_SECONDS])
    assert [record.message for record in caplog.records] == ["turn.database_failed"]
    work.run_turn()
    assert len(worked.claims) == 1


def test_a_database_that_fails_at_a_bells_claim_leaves_the_job_to_a_turn(subject, worked, broker, caplog):
    job = make_job(subject)
    with refused("UPDATE"):
        doorbell.KINDS[KIND].by_bell.fn(job.id)
    assert (worked.claims, turns(broker)) == ([], [lanes.AGAIN_SECONDS])
    assert [record.message for record in caplog.records] == ["bell.database_failed"]


def test_work_that_was_settled_though_the_database_did_not_say_so_gets_a_turn(subject, worked, broker):
    def settled_unheard(claim: jobs.Claim) -> None:
        jobs.settle(claim, next_in=0.0)
        raise OperationalError("server closed the connection")

    job = make_job(subject)
    worked.steps = [settled_unheard]
    work.run_job(KIND, job.id)
    assert turns(broker) == [lanes.AGAIN_SECONDS]
    work.run_turn()
    assert changed(job).due_at is None


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no rows")
def test_a_row_that_a_frozen_process_keeps_locked_does_not_end_the_lane(subject, worked, broker):
    job = make_job(subject)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCKED_SECONDS}s"])
    with locked(job):
        work.run_turn()
    connection.close()
    assert (worked.claims, turns(broker)) == ([], [lanes.AGAIN_SECONDS])
    work.run_turn()
    assert changed(job).due_at is None


def test_of_many_turns_that_end_so_one_comes_again_at_a_time(broker, monkeypatch):
    again = 2.0  # s; twenty turns end sooner, also beside other work
    monkeypatch.setattr(lanes, "AGAIN_SECONDS", again)
    make_job(uuid4())
    with refused("UPDATE"):
        for _ in range(20):
            work.run_turn()
        assert turns(broker) == [again]
        broker.flush_all()
        time.sleep(again)
        work.run_turn()
    assert turns(broker) == [again], "when it has come, and found the database as it was"


def test_a_queue_that_is_away_does_not_disturb_the_end_of_a_turn(subject, broker):
    make_job(subject)
    for _ in range(3):
        doorbell.breaker.failed()
    with refused("UPDATE"):
        work.run_turn()
    assert turns(broker) == []
