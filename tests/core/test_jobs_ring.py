from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.db.models.functions import Now

from core import jobs
from core.clock import after
from core.models import Job
from tests.core.bells import KIND, Bell, bells, changed, claimed, make_job, seconds_until_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worked")]


class Undone(Exception):
    pass


def the_job(subject: UUID) -> Job:
    return Job.objects.get(kind=KIND, subject=subject)


def test_a_first_ring_makes_a_job_that_is_due_at_once(subject):
    jobs.ring(KIND, subject=subject, cause="callback")
    job = the_job(subject)
    assert (job.wanted, job.cause, job.fence, job.crashes) == (1, "callback", 0, 0)
    assert claimed(job)


def test_a_second_ring_counts_on_the_same_row_and_names_the_newer_cause(subject):
    jobs.ring(KIND, subject=subject, cause="callback")
    jobs.ring(KIND, subject=subject, cause="check")
    assert (the_job(subject).wanted, the_job(subject).cause) == (2, "check")


def test_a_ring_touches_no_other_subject(subject):
    other = make_job(uuid4(), due_in=None)
    jobs.ring(KIND, subject=subject, cause="callback")
    other.refresh_from_db()
    assert (other.wanted, other.due_at) == (0, None)


def test_a_ring_makes_an_idle_job_due_now(subject):
    job = make_job(subject, due_in=None)
    jobs.ring(KIND, subject=subject, cause="callback")
    assert seconds_until_due(job) <= 0


def test_a_ring_brings_a_later_job_forward(subject):
    job = make_job(subject, due_in=3600)
    jobs.ring(KIND, subject=subject, cause="callback")
    assert seconds_until_due(job) <= 0


def test_a_ring_never_puts_an_earlier_job_off(subject):
    job = make_job(subject, due_in=-500)
    jobs.ring(KIND, subject=subject, cause="callback")
    assert seconds_until_due(job) < -499
    jobs.ring(KIND, subject=subject, cause="callback", after_seconds=40)
    assert seconds_until_due(job) < -499


def test_a_delayed_ring_is_due_after_its_seconds(subject):
    jobs.ring(KIND, subject=subject, cause="callback", after_seconds=40)
    assert 38 < seconds_until_due(the_job(subject)) <= 40


def test_a_job_is_claimable_in_the_moment_it_is_rung(subject):
    for _ in range(50):  # within the same millisecond most of the time
        jobs.ring(KIND, subject=subject, cause="callback")
        jobs.settle(claimed(the_job(subject)), next_in=None)


def test_a_ring_that_is_rolled_back_leaves_no_row_and_no_message(
    subject, broker, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        try:
            with transaction.atomic():
                jobs.ring(KIND, subject=subject, cause="callback")
                raise Undone
        except Undone:
            pass
    assert not Job.objects.filter(subject=subject).exists()
    assert bells(broker) == []


def test_the_message_leaves_on_commit_only_and_carries_the_job(
    subject, broker, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        jobs.ring(KIND, subject=subject, cause="callback")
        assert bells(broker) == []
    assert bells(broker) == [Bell(the_job(subject).id, "tests", 0)]


@pytest.mark.parametrize("delay", [0.5, 40, 60])
def test_a_delayed_ring_within_a_minute_sends_a_delayed_message(
    delay, subject, broker, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        jobs.ring(KIND, subject=subject, cause="callback", after_seconds=delay)
    assert bells(broker) == [Bell(the_job(subject).id, "tests", delay)]


def test_a_ring_for_later_than_a_minute_is_left_to_the_clock(
    subject, broker, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        jobs.ring(KIND, subject=subject, cause="callback", after_seconds=61)
    assert bells(broker) == []
    assert Job.objects.filter(subject=subject).exists()


def test_a_kind_that_nobody_declared_is_refused_before_anything_is_written(subject):
    with pytest.raises(LookupError, match=r"tests\.unknown"):
        jobs.ring("tests.unknown", subject=subject, cause="callback")
    assert not Job.objects.exists()


def test_a_dead_job_is_not_revived_by_a_ring(subject):
    job = make_job(subject, dead_at=Now())
    jobs.ring(KIND, subject=subject, cause="callback")
    assert jobs.claim(job.id, lease=9) is None


def test_reviving_gives_a_dead_job_its_tries_back_and_rings_it(
    subject, broker, django_capture_on_commit_callbacks
):
    job = make_job(subject, due_in=None, dead_at=Now(), crashes=6)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.revive(job, cause="person")
    assert bells(broker) == [Bell(job.id, "tests", 0)]
    claim = claimed(job)
    assert claim.cause == "person"
    assert (job.dead_at, job.crashes) == (None, 1)


def test_reviving_a_job_that_runs_leaves_its_lease_with_the_holder(subject):
    job = make_job(subject)
    claim = claimed(job)
    jobs.revive(job, cause="person")
    assert jobs.claim(job.id, lease=9) is None
    jobs.settle(claim, next_in=None)  # does not raise LeaseLost
    assert seconds_until_due(job) <= 0, "the person's ring is kept"


def test_reviving_does_not_forget_the_crashes_of_a_living_job(subject):
    job = make_job(subject, crashes=3)
    jobs.revive(job, cause="person")
    assert Job.objects.get(id=job.id).crashes == 3


def test_times_are_the_databases(subject):
    job = make_job(subject, due_in=0)
    assert abs(seconds_until_due(job)) < 1
    assert Job.objects.filter(id=job.id, due_at__lte=Now()).exists()
    assert not Job.objects.filter(id=job.id, due_at__gt=after(0)).exists()


def test_a_ring_while_a_job_rests_is_kept_and_sends_no_message(
    django_capture_on_commit_callbacks, broker, subject
):
    job = make_job(subject)
    with transaction.atomic():
        jobs.postpone(claimed(job), seconds=40)
    broker.flush_all()
    with django_capture_on_commit_callbacks(execute=True):
        jobs.ring(KIND, subject=subject, cause="callback")
    assert bells(broker) == []
    assert 39 < seconds_until_due(job) <= 40
    assert the_job(subject).cause == "callback"


def test_a_ring_with_a_delay_beyond_the_rest_does_not_prolong_it(subject):
    job = make_job(subject)
    with transaction.atomic():
        jobs.postpone(claimed(job), seconds=20)
    jobs.ring(KIND, subject=subject, cause="callback", after_seconds=50)
    assert 19 < seconds_until_due(job) <= 20


def test_a_rest_that_is_over_holds_nothing_back(django_capture_on_commit_callbacks, broker, subject):
    make_job(subject, due_in=3600, rest_until=after(-1))
    with django_capture_on_commit_callbacks(execute=True):
        jobs.ring(KIND, subject=subject, cause="callback")
    assert len(bells(broker)) == 1
    assert seconds_until_due(the_job(subject)) <= 0


def test_a_ring_may_end_a_rest(django_capture_on_commit_callbacks, broker, subject):
    job = make_job(subject)
    with transaction.atomic():
        jobs.postpone(claimed(job), seconds=40)
    broker.flush_all()
    with django_capture_on_commit_callbacks(execute=True):
        jobs.ring(KIND, subject=subject, cause="adoption", rested=True)
    assert len(bells(broker)) == 1
    assert claimed(job)
    assert job.rest_until is None


def test_what_is_postponed_gets_a_message_for_the_end_of_its_rest(
    django_capture_on_commit_callbacks, broker, subject
):
    job = make_job(subject, failures=2, cause="callback")
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        jobs.postpone(claimed(job), seconds=40)
    assert bells(broker) == [Bell(job.id, "tests", 40)]
    job.refresh_from_db()
    assert (job.failures, job.crashes, job.cause, job.leased_until) == (2, 0, "callback", None)


def test_a_stale_holder_postpones_nothing(subject):
    job = make_job(subject)
    stale = claimed(job)
    changed(job, leased_until=after(-1))
    claimed(job)
    with pytest.raises(jobs.LeaseLost), transaction.atomic():
        jobs.postpone(stale, seconds=40)
    assert changed(job).rest_until is None
