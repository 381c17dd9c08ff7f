from uuid import UUID

import pytest
from django.db import transaction
from django.db.models.functions import Now

from core import jobs
from core.clock import after
from core.models import Job, Organization
from tests.core.bells import (
    KIND,
    LEASE,
    Bell,
    bells,
    changed,
    claimed,
    make_job,
    seconds_until_due,
    turns,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worked")]


def claim_with(*, failures: int = 0, crashes: int = 1, fence: int = 1, subject: int = 1) -> jobs.Claim:
    return jobs.Claim(
        job_id=1,
        kind=KIND,
        subject=UUID(int=subject),
        fence=fence,
        taken=1,
        crashes=crashes,
        failures=failures,
        cause="clock",
    )


def lost(job: Job) -> jobs.Claim:
    """A claim that somebody else has overtaken."""
    stale = claimed(job)
    changed(job, leased_until=after(-1))
    claimed(job)
    return stale


def test_settling_with_a_next_time_makes_the_job_due_then(subject):
    job = make_job(subject, crashes=3)
    jobs.settle(claimed(job), next_in=300)
    assert 298 < seconds_until_due(job) <= 300
    assert (job.crashes, job.leased_until, job.last_error) == (0, None, "")


def test_settling_without_a_next_time_leaves_the_job_idle(subject):
    job = make_job(subject)
    jobs.settle(claimed(job), next_in=None)
    assert changed(job).due_at is None


def test_settling_with_zero_makes_the_job_due_at_once(subject):
    job = make_job(subject)
    for _ in range(30):
        jobs.settle(claimed(job), next_in=0.0)


@pytest.mark.parametrize("next_in", [None, 300.0])
def test_a_ring_during_the_run_makes_the_job_due_now(next_in, subject):
    job = make_job(subject)
    claim = claimed(job)
    jobs.ring(KIND, subject=subject, cause="callback")
    jobs.settle(claim, next_in=next_in)
    assert seconds_until_due(job) <= 0
    assert job.cause == "callback"


def test_a_ring_before_the_claim_is_answered_by_it(subject):
    job = make_job(subject, due_in=None)
    jobs.ring(KIND, subject=subject, cause="callback")
    jobs.settle(claimed(job), next_in=None)
    assert (changed(job).due_at, job.cause) == (None, jobs.CLOCK)


def test_failures_in_a_row_are_counted_and_named_and_a_success_ends_the_row(subject):
    job = make_job(subject)
    for count in (1, 2):
        jobs.settle(claimed(job), next_in=0, failure="Setu does not answer")
        job.refresh_from_db()
        assert (job.failures, job.last_error, job.crashes) == (count, "Setu does not answer", 0)
    jobs.settle(claimed(job), next_in=0)
    job.refresh_from_db()
    assert (job.failures, job.last_error) == (0, "")


def test_a_long_failure_is_cut_to_what_the_row_can_hold(subject):
    job = make_job(subject)
    jobs.settle(claimed(job), next_in=0, failure="x" * 999)
    assert changed(job).last_error == "x" * 200


def test_a_stale_holders_writes_roll_back_with_its_settling(subject):
    stale = lost(make_job(subject))

    @transaction.atomic
    def write() -> None:
        Organization.objects.create(name="Written by a stale holder")
        jobs.settle(stale, next_in=None)

    with pytest.raises(jobs.LeaseLost):
        write()
    assert not Organization.objects.exists()


def test_a_stale_holder_changes_nothing_of_the_job(subject):
    job = make_job(subject)
    stale = lost(job)
    before = Job.objects.filter(id=job.id).values().get()
    with pytest.raises(jobs.LeaseLost):
        jobs.settle(stale, next_in=None)
    assert Job.objects.filter(id=job.id).values().get() == before


def test_a_holder_whose_lease_is_over_may_settle_while_nobody_else_has_claimed(subject):
    job = make_job(subject)
    claim = claimed(job)
    changed(job, leased_until=after(-1))
    jobs.settle(claim, next_in=None)


def test_a_claim_is_settled_once(subject):
    claim = claimed(make_job(subject))
    jobs.settle(claim, next_in=300)
    with pytest.raises(jobs.LeaseLost):
        jobs.settle(claim, next_in=None)


def test_settling_changes_no_other_job(subject):
    job, other = make_job(subject), make_job(UUID(int=7), leased_until=after(9), fence=1)
    jobs.settle(claimed(job), next_in=None)
    assert changed(other).leased_until is not None


@pytest.mark.parametrize("next_in", [0.5, 60.0])
def test_a_next_time_within_a_minute_gets_a_delayed_message(
    next_in, subject, broker, django_capture_on_commit_callbacks
):
    job = make_job(subject)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.settle(claimed(job), next_in=next_in)
        assert bells(broker) == []
    assert (bells(broker), turns(broker)) == ([Bell(job.id, "tests", next_in)], [])


@pytest.mark.parametrize("how", [{"planned": True}, {"failure": "Setu does not answer"}])
@pytest.mark.parametrize("next_in", [0.5, 60.0])
def test_what_nobody_waits_for_gets_a_turn_of_the_clocks_lane_then_and_no_doorbell(
    next_in, how, subject, broker, django_capture_on_commit_callbacks
):
    job = make_job(subject)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.settle(claimed(job), next_in=next_in, **how)
        assert turns(broker) == []
    assert (bells(broker), turns(broker)) == ([], [next_in])


@pytest.mark.parametrize("how", [{"planned": True}, {"failure": "Setu does not answer"}])
@pytest.mark.parametrize("next_in", [None, 0.0, 60.1])
def test_what_nobody_waits_for_within_a_minute_is_left_to_the_tick(
    next_in, how, subject, broker, django_capture_on_commit_callbacks
):
    job = make_job(subject)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.settle(claimed(job), next_in=next_in, **how)
    assert (bells(broker), turns(broker)) == ([], [])


@pytest.mark.parametrize("next_in", [None, 0.0, 60.1, 3600.0])
def test_other_next_times_get_no_message(next_in, subject, broker, django_capture_on_commit_callbacks):
    job = make_job(subject)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.settle(claimed(job), next_in=next_in)
    assert bells(broker) == []


def test_a_claim_in_force_holds_as_often_as_asked(subject):
    job = make_job(subject)
    claim = claimed(job)
    before = Job.objects.filter(id=job.id).values().get()
    jobs.hold(claim)
    jobs.hold(claim)
    assert Job.objects.filter(id=job.id).values().get() == before


def test_an_overtaken_claim_does_not_hold(subject):
    with pytest.raises(jobs.LeaseLost):
        jobs.hold(lost(make_job(subject)))


def test_a_settled_claim_does_not_hold(subject):
    claim = claimed(make_job(subject))
    jobs.settle(claim, next_in=300)
    with pytest.raises(jobs.LeaseLost):
        jobs.hold(claim)


def test_the_back_off_grows_to_five_minutes_and_stays_there():
    waits = [jobs.backoff(claim_with(failures=count)) for count in (*range(8), 10_000)]
    for wait, least in zip(waits, (2, 5, 15, 30, 60, 120, 300, 300, 300), strict=True):
        assert least <= wait < least * 1.2


def test_crashes_and_failures_do_not_add_up():
    assert 15 <= jobs.backoff(claim_with(failures=2, crashes=2)) < 18
    assert 15 <= jobs.backoff(claim_with(failures=0, crashes=3)) < 18


def test_work_asked_for_together_is_not_repeated_together():
    waits = [jobs.jittered(100, claim=claim_with(subject=number)) for number in range(200)]
    assert all(100 <= wait < 120 for wait in waits)
    assert max(waits) - min(waits) > 15
    assert len(set(waits)) > 50
    assert len({jobs.jittered(100, claim=claim_with(fence=fence)) for fence in range(200)}) > 50


def test_the_time_of_settling_counts_not_that_of_the_claim(subject):
    job = make_job(subject)
    claim = claimed(job)
    changed(job, leased_until=after(LEASE - 20), due_at=after(-20))
    jobs.settle(claim, next_in=10)
    assert Job.objects.filter(id=job.id, due_at__gt=Now()).exists()
