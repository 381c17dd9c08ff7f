"""Several processes at once: threads with connections of their own, and a barrier before the step that matters."""

import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection

from core import jobs, work
from core.clock import after
from core.models import Job
from tests.core.bells import KIND, LEASE, changed, claimed, make_job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worked")]


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What the calls return, or raise; each in a thread, all let go together."""
    barrier = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=10)
            results[place] = call()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=numbered) for numbered in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


@pytest.mark.parametrize("turn", range(5))
def test_of_several_workers_exactly_one_gets_the_job(turn, subject):
    job = make_job(subject)
    results = at_once(*[lambda: jobs.claim(job.id, lease=LEASE)] * 4)
    (winner,) = [result for result in results if result is not None]
    assert isinstance(winner, jobs.Claim), winner
    assert (changed(job).fence, job.crashes) == (1, 1)


@pytest.mark.parametrize("turn", range(5))
def test_first_rings_at_once_make_one_job_and_are_all_counted(turn, subject):
    results = at_once(*[lambda: jobs.ring(KIND, subject=subject, cause="callback")] * 4)
    assert results == [None] * 4
    assert Job.objects.get(subject=subject).wanted == 4


@pytest.mark.parametrize("turn", range(5))
def test_a_ring_while_the_run_settles_is_never_lost(turn, subject):
    job = make_job(subject)
    claim = claimed(job)
    results = at_once(
        lambda: jobs.settle(claim, next_in=None), lambda: jobs.ring(KIND, subject=subject, cause="callback")
    )
    assert results == [None, None]
    assert jobs.claim(job.id, lease=LEASE) is not None


@pytest.mark.parametrize("turn", range(5))
def test_a_holder_and_its_successor_do_not_both_settle(turn, subject):
    job = make_job(subject)
    stale = claimed(job)
    changed(job, leased_until=after(-1))
    settled, successor = at_once(
        lambda: jobs.settle(stale, next_in=300), lambda: jobs.claim(job.id, lease=LEASE)
    )
    assert isinstance(settled, jobs.LeaseLost) is (successor is not None)


@pytest.mark.parametrize("turn", range(3))
def test_turns_at_once_work_each_job_once(turn, worked, settings):
    settings.CLOCK_GETS_PER_SECOND = 100
    subjects = [make_job(uuid4()).subject for _ in range(5)]
    assert at_once(*[work.run_turn] * 3) == [None] * 3
    assert sorted(claim.subject for claim in worked.claims) == sorted(subjects)
