from uuid import UUID, uuid4

import pytest
from django.db.models.functions import Now

from core import doorbell, jobs
from core.clock import after
from core.models import Job
from tests.core.bells import Bell, bells, changed, claimed, make_job, seconds_until_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worked")]


def make_jobs(*due_in: float) -> list[Job]:
    return [make_job(uuid4(), due_in=seconds) for seconds in due_in]


def test_the_sweep_rings_what_is_due_oldest_first_on_the_clocks_lane(broker):
    young, old, middle = make_jobs(-1, -300, -20)
    assert jobs.sweep(limit=10) == 3
    assert bells(broker) == [Bell(job.id, "clock", 0) for job in (old, middle, young)]


def test_the_sweep_rings_no_more_than_its_limit(broker):
    _, old, older = make_jobs(-1, -20, -30)
    assert jobs.sweep(limit=2) == 2
    assert [bell.job_id for bell in bells(broker)] == [older.id, old.id]


def test_the_sweep_leaves_alone_what_is_idle_later_leased_or_dead(broker):
    make_job(UUID(int=1), due_in=None)
    make_job(UUID(int=2), due_in=5)
    make_job(UUID(int=3), leased_until=after(5))
    make_job(UUID(int=4), dead_at=Now())
    assert jobs.sweep(limit=10) == 0
    assert bells(broker) == []


def test_the_sweep_finds_a_job_whose_worker_died(subject, broker):
    job = make_job(subject, leased_until=after(-1))
    assert jobs.sweep(limit=10) == 1
    assert bells(broker) == [Bell(job.id, "clock", 0)]


def test_the_same_job_is_not_swept_twice_within_the_given_time(subject, broker):
    job = make_job(subject)
    assert [jobs.sweep(limit=10, again_after=10) for _ in range(3)] == [1, 0, 0]
    changed(job, swept_at=after(-9))
    assert jobs.sweep(limit=10, again_after=10) == 0
    changed(job, swept_at=after(-11))
    assert jobs.sweep(limit=10, again_after=10) == 1


def test_a_swept_job_rests_for_less_than_the_minute_between_two_ticks(subject):
    job = make_job(subject, swept_at=after(-40))
    assert jobs.sweep(limit=10) == 0
    changed(job, swept_at=after(-55))
    assert jobs.sweep(limit=10) == 1, "a lost message is sent again by the very next tick"


def test_what_could_not_be_rung_is_left_for_the_next_sweep(broker, monkeypatch):
    make_jobs(-300, -1)
    monkeypatch.setattr(doorbell, "send", lambda *_, **__: False)
    assert jobs.sweep(limit=10) == 0
    monkeypatch.undo()
    assert jobs.sweep(limit=10) == 2


def test_what_rests_does_not_use_up_the_limit(broker):
    _, young = make_jobs(-300, -1)
    assert [jobs.sweep(limit=1), jobs.sweep(limit=1)] == [1, 1]
    assert bells(broker)[1].job_id == young.id


def test_what_is_leased_does_not_use_up_the_limit(subject):
    make_job(UUID(int=1), due_in=-300, leased_until=after(5))
    make_job(subject)
    assert jobs.sweep(limit=1) == 1


def test_a_job_that_ran_meanwhile_may_be_swept_again_at_once(subject):
    job = make_job(subject)
    jobs.sweep(limit=10)
    jobs.settle(claimed(job), next_in=0)
    assert jobs.sweep(limit=10) == 1


def test_the_sweep_changes_neither_due_time_nor_rings(subject):
    job = make_job(subject, due_in=-50, wanted=3, cause="callback")
    jobs.sweep(limit=10)
    assert seconds_until_due(job) < -49
    assert (job.wanted, job.cause, job.fence) == (3, "callback", 0)


def test_kinds_of_a_newer_release_do_not_stop_the_sweep(subject, broker):
    Job.objects.filter(id=Job.objects.create(kind="tests.newer", subject=subject).id).update(
        due_at=after(-99)
    )
    job = make_job(subject)
    assert jobs.sweep(limit=1) == 1
    assert bells(broker) == [Bell(job.id, "clock", 0)]
