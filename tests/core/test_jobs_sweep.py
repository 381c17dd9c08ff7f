"""What is due is found by the clock: a tick sends turns, and in them what has been due the longest is worked."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from django.db.models.functions import Now

from core import doorbell, drain, jobs, lanes, sweeping, work
from core.clock import after
from core.models import Job
from tests.core.bells import KIND, bells, changed, claimed, make_job, seconds_until_due, turns

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worked", "fast")]


@pytest.fixture
def fast(settings) -> None:
    settings.CLOCK_GETS_PER_SECOND = 1000


def make_jobs(*due_in: float) -> list[Job]:
    return [make_job(uuid4(), due_in=seconds) for seconds in due_in]


def due(limit: int = 10) -> list[int]:
    return [job_id for job_id, _ in jobs.longest_due(limit=limit)]


def test_what_is_due_is_told_the_longest_due_first_with_its_kind():
    young, old, middle = make_jobs(-1, -300, -20)
    assert jobs.longest_due(limit=10) == [(job.id, KIND) for job in (old, middle, young)]
    assert due(limit=2) == [old.id, middle.id]


def test_what_is_idle_later_leased_or_dead_is_not_due():
    make_job(UUID(int=1), due_in=None)
    make_job(UUID(int=2), due_in=5)
    make_job(UUID(int=3), due_in=-300, leased_until=after(5))
    make_job(UUID(int=4), due_in=-300, dead_at=Now())
    assert due() == []
    (job,) = make_jobs(-1)
    assert due(limit=1) == [job.id], "they do not use up the limit"


def test_a_job_whose_worker_died_is_due(subject):
    job = make_job(subject, leased_until=after(-1))
    assert due() == [job.id]


def test_kinds_of_a_newer_release_are_left_to_it(subject):
    newer = Job.objects.create(kind="tests.newer", subject=subject)
    changed(newer, due_at=after(-99))
    job = make_job(subject)
    assert due(limit=1) == [job.id]


@pytest.mark.parametrize(("jobs_due", "sent"), [(0, 0), (1, 1), (3, 3), (25, sweeping.TURNS_MAX)])
def test_a_tick_sends_a_turn_for_each_job_that_is_due_and_few_at_most(jobs_due, sent, broker):
    make_jobs(*[-1.0] * jobs_due)
    assert sweeping.sweep() == sent
    assert turns(broker) == [0.0] * sent
    assert bells(broker) == []


def test_a_tick_changes_nothing_of_the_jobs(subject):
    job = make_job(subject, due_in=-50, wanted=3, cause="callback")
    sweeping.sweep()
    assert seconds_until_due(job) < -49
    assert (job.wanted, job.cause, job.fence) == (3, "callback", 0)


def test_lost_turns_are_sent_again_by_the_very_next_tick(broker):
    make_jobs(-300, -1)
    assert sweeping.sweep() == 2
    broker.flush_all()
    assert sweeping.sweep() == 2
    assert len(turns(broker)) == 2


@pytest.fixture
def queue_down() -> Iterator[None]:
    for _ in range(3):
        doorbell.breaker.failed()
    yield
    doorbell.breaker.went_well()


def test_a_tick_that_finds_the_queue_away_leaves_all_to_the_next_one(broker, queue_down):
    make_jobs(-300, -1)
    assert sweeping.sweep() == 0
    doorbell.breaker.went_well()
    assert sweeping.sweep() == 2


def test_a_turn_works_all_that_is_due_the_longest_due_first(worked, broker):
    young, old, middle = make_jobs(-1, -300, -20)
    make_jobs(60)
    work.run_turn()
    assert [claim.job_id for claim in worked.claims] == [old.id, middle.id, young.id]
    assert turns(broker) == [], "nothing is left to do"


def test_what_falls_due_during_a_turn_is_worked_in_it_after_what_was_due_before(worked):
    first, second = make_jobs(-300, -1)

    def rings(claim: jobs.Claim) -> None:
        jobs.settle(claim, next_in=None)
        make_jobs(0)

    worked.steps = [rings]
    work.run_turn()
    assert [claim.job_id for claim in worked.claims][:2] == [first.id, second.id]
    assert len(worked.claims) == 3


def test_a_turn_makes_room_after_a_while_and_another_goes_on(worked, broker, monkeypatch):
    monkeypatch.setattr(work, "TURN_SECONDS", 0.0)
    old, young = make_jobs(-300, -1)
    work.run_turn()
    assert [claim.job_id for claim in worked.claims] == [old.id]
    assert turns(broker) == [0.0]
    work.run_turn()
    assert [claim.job_id for claim in worked.claims] == [old.id, young.id]


def test_a_turn_that_comes_when_nothing_is_due_does_nothing(worked, broker):
    make_jobs(50)
    work.run_turn()
    assert (worked.claims, turns(broker)) == ([], [])


def test_a_turn_begins_nothing_while_the_worker_ends_and_another_goes_on(worked, broker):
    make_jobs(-1)
    drain.stopping.set()
    work.run_turn()
    assert (worked.claims, turns(broker)) == ([], [lanes.AGAIN_SECONDS])


def test_a_job_that_ran_meanwhile_may_be_due_again_at_once(subject):
    job = make_job(subject)
    sweeping.sweep()
    jobs.settle(claimed(job), next_in=0)
    assert sweeping.sweep() == 1
