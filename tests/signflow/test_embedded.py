import threading
import time
from uuid import uuid4

import dramatiq
import pytest
from django.db.models.functions import Now

from core import doorbell, jobs, work
from core.clock import after
from core.models import Job
from signflow import embedded

pytestmark = pytest.mark.django_db(transaction=True)


def until(holds) -> bool:
    end = time.monotonic() + 30  # s; the drain alone may take five, and the machine may be busy
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def started(settings, broker):
    """A running worker and ticker, and the jobs of the kind "tests.embedded" that they have worked."""
    settings.TICK_SECONDS = 0.02
    done: list[jobs.Claim] = []

    def finish(claim: jobs.Claim) -> None:
        done.append(claim)
        jobs.settle(claim, next_in=None)

    work.actor("tests.embedded", queue="tests", lease=30)(finish)
    stop = embedded.start()
    yield done
    stop()
    del broker.actors[doorbell.KINDS.pop("tests.embedded").by_bell.actor_name]


def test_a_ring_is_worked_at_once(started):
    jobs.ring("tests.embedded", subject=uuid4(), cause="callback")
    assert until(lambda: len(started) == 1)


def test_a_job_whose_message_was_lost_is_found_by_the_ticker(started):
    Job.objects.create(kind="tests.embedded", subject=uuid4())
    Job.objects.update(due_at=Now())
    assert until(lambda: len(started) == 1)


def test_the_ticker_outlives_an_error_nobody_foresaw(started, broker, caplog):
    turn = broker.actors.pop(doorbell.TURN)
    Job.objects.create(kind="tests.embedded", subject=uuid4())
    Job.objects.update(due_at=Now())
    assert until(lambda: any(record.message == "ticker.stumbled" for record in caplog.records))
    assert started == []
    broker.actors[doorbell.TURN] = turn
    assert until(lambda: len(started) == 1)


def test_work_without_an_end_is_ended_in_a_turn_too_and_the_turn_goes_on(started):
    """Its lease, not the turn's message, says how long it may take."""

    def endless(claim: jobs.Claim) -> None:
        while True:
            time.sleep(0.01)

    work.actor("tests.endless", queue="tests", lease=0.2)(endless)
    subject = uuid4()
    Job.objects.create(kind="tests.endless", subject=subject)
    Job.objects.update(due_at=Now())
    try:
        assert until(lambda: Job.objects.get(subject=subject).last_error == "TimeLimitExceeded")
        Job.objects.filter(subject=subject).update(due_at=None)
        Job.objects.create(kind="tests.embedded", subject=uuid4(), due_at=after(-1))
        assert until(lambda: len(started) == 1)
    finally:
        dramatiq.get_broker().actors.pop(doorbell.KINDS.pop("tests.endless").by_bell.actor_name)


def test_stopping_ends_worker_and_ticker(settings):
    settings.TICK_SECONDS = 0.02
    before = set(threading.enumerate())
    stop = embedded.start()
    assert set(threading.enumerate()) - before
    stop()
    assert until(lambda: not [thread for thread in set(threading.enumerate()) - before if thread.is_alive()])
