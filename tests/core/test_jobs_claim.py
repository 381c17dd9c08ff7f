from uuid import UUID

import pytest
from django.db.models.functions import Now

from core import jobs
from core.clock import after
from core.models import Job
from tests.core.bells import KIND, LEASE, changed, claimed, make_job, seconds_until_due, turns

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worked")]


def refused(job: Job) -> bool:
    """True when the job cannot be claimed, and the try left no trace."""
    before = Job.objects.filter(id=job.id).values().get()
    return jobs.claim(job.id, lease=LEASE) is None and Job.objects.filter(id=job.id).values().get() == before


def crashed(job: Job, times: int) -> None:
    """Claim the job and let the lease run out, as when the worker is killed."""
    for _ in range(times):
        claimed(job)
        changed(job, leased_until=after(-1))


def test_a_due_job_is_claimed_and_the_claim_tells_what_the_row_says(subject):
    job = make_job(subject, wanted=4, failures=2, crashes=1, fence=6, cause="callback")
    claim = claimed(job)
    assert claim == jobs.Claim(
        job_id=job.id,
        kind=KIND,
        subject=subject,
        fence=7,
        taken=4,
        crashes=2,
        failures=2,
        cause="callback",
    )
    assert (job.fence, job.crashes, job.wanted) == (7, 2, 4)


def test_a_claim_leases_the_job_for_its_seconds(subject):
    job = make_job(subject)
    claimed(job)
    assert job.leased_until is not None
    assert job.due_at is not None
    assert LEASE - 2 < (job.leased_until - job.due_at).total_seconds() - 1 < LEASE + 2


def test_a_job_that_is_not_due_is_not_claimed(subject):
    assert refused(make_job(subject, due_in=5))


def test_an_idle_job_is_not_claimed(subject):
    assert refused(make_job(subject, due_in=None))


def test_a_leased_job_is_not_claimed(subject):
    job = make_job(subject)
    claimed(job)
    assert refused(job)


def test_a_dead_job_is_not_claimed(subject):
    assert refused(make_job(subject, dead_at=Now()))


def test_a_job_that_does_not_exist_is_not_claimed():
    assert jobs.claim(987_654, lease=LEASE) is None


def test_only_the_named_job_is_claimed(subject):
    job, other = make_job(subject), make_job(UUID(int=7))
    claimed(job)
    assert changed(other).fence == 0


def test_r14_a_job_whose_lease_is_over_is_claimed_anew_with_a_higher_fence(subject):
    job = make_job(subject)
    first = claimed(job)
    changed(job, leased_until=after(-0.5))
    assert claimed(job).fence > first.fence


def test_five_claims_that_never_settle_are_followed_by_death_with_a_reason(subject):
    job = make_job(subject)
    crashed(job, times=5)
    assert jobs.claim(job.id, lease=LEASE) is None
    job.refresh_from_db()
    assert job.dead_at is not None
    assert (job.leased_until, job.last_error) == (None, jobs.NEVER_ENDED)
    assert refused(job)


def test_death_keeps_the_error_that_was_known(subject):
    job = make_job(subject, crashes=5, last_error="ZeroDivisionError")
    assert jobs.claim(job.id, lease=LEASE) is None
    assert changed(job).last_error == "ZeroDivisionError"


def test_a_run_that_settles_forgets_the_crashes_before_it(subject):
    job = make_job(subject)
    crashed(job, times=4)
    jobs.settle(claimed(job), next_in=0)
    crashed(job, times=5)
    assert changed(job).dead_at is None


def test_a_stumble_counts_is_named_and_put_off(subject, broker, django_capture_on_commit_callbacks):
    job = make_job(subject)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.stumble(claimed(job), error=ZeroDivisionError("with a name in it"))
    assert 1 < seconds_until_due(job) < 3
    assert turns(broker) == [pytest.approx(seconds_until_due(job), abs=1)]
    assert (job.crashes, job.leased_until, job.last_error) == (1, None, "ZeroDivisionError")


def test_each_further_stumble_is_put_off_for_longer(subject):
    job = make_job(subject)
    waits = []
    for _ in range(5):
        changed(job, due_at=after(-1))
        jobs.stumble(claimed(job), error=OSError())
        waits.append(seconds_until_due(job))
    assert waits == sorted(waits)
    assert sum(waits) > 100, "an outage of a minute kills no job"


def test_five_stumbles_end_in_death(subject):
    job = make_job(subject)
    for _ in range(5):
        jobs.stumble(claimed(job), error=ZeroDivisionError())
        changed(job, due_at=after(-1))
    assert jobs.claim(job.id, lease=LEASE) is None
    job.refresh_from_db()
    assert (job.dead_at is not None, job.last_error) == (True, "ZeroDivisionError")


def test_a_release_is_not_counted_and_leaves_the_job_due(subject):
    job = make_job(subject, wanted=3, crashes=2, failures=1, cause="callback")
    jobs.release(claimed(job))
    assert seconds_until_due(job) <= 0
    assert (job.crashes, job.leased_until, job.failures, job.wanted, job.cause) == (2, None, 1, 3, "callback")
    assert claimed(job)


@pytest.mark.parametrize("give_back", [jobs.release, lambda claim: jobs.stumble(claim, error=OSError())])
def test_a_stale_holder_takes_nothing_from_the_new_one(give_back, subject):
    job = make_job(subject)
    stale = claimed(job)
    changed(job, leased_until=after(-1))
    claimed(job)
    before = Job.objects.filter(id=job.id).values().get()
    give_back(stale)
    assert Job.objects.filter(id=job.id).values().get() == before


@pytest.mark.parametrize(
    "give_back",
    [
        lambda claim: jobs.put_off(claim, failure="The database failed"),
        lambda claim: jobs.stumble(claim, error=OSError()),
    ],
)
def test_a_stale_holder_sends_no_turn(give_back, subject, broker, django_capture_on_commit_callbacks):
    job = make_job(subject)
    stale = claimed(job)
    changed(job, leased_until=after(-1))
    claimed(job)
    with django_capture_on_commit_callbacks(execute=True):
        give_back(stale)
    assert turns(broker) == []


@pytest.mark.parametrize("give_back", [jobs.release, lambda claim: jobs.stumble(claim, error=OSError())])
def test_what_is_settled_already_is_not_given_back(give_back, subject):
    job = make_job(subject)
    claim = claimed(job)
    jobs.settle(claim, next_in=None)
    before = Job.objects.filter(id=job.id).values().get()
    give_back(claim)
    assert Job.objects.filter(id=job.id).values().get() == before
