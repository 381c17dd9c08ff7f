"""A holder whose next step is long leases the job anew."""

import pytest

from core import jobs
from core.clock import after, database_now
from tests.core.bells import LEASE, changed, claimed, make_job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worked")]


def test_a_renewed_lease_keeps_others_out_for_a_whole_lease(subject):
    job = make_job(subject)
    claim = claimed(job)
    changed(job, leased_until=after(0.5))
    jobs.renew(claim)
    job.refresh_from_db()
    assert job.leased_until is not None
    assert LEASE - 2 < (job.leased_until - database_now()).total_seconds() <= LEASE
    assert (job.fence, job.crashes) == (claim.fence, 1), "it is the same claim"
    assert jobs.claim(job.id, lease=LEASE) is None


def test_a_lease_that_has_run_out_may_be_renewed_as_long_as_nobody_has_taken_the_job(subject):
    job = make_job(subject)
    claim = claimed(job)
    changed(job, leased_until=after(-5))
    jobs.renew(claim)
    assert jobs.claim(job.id, lease=LEASE) is None


def test_a_holder_who_lost_the_lease_renews_nothing(subject):
    job = make_job(subject)
    stale = claimed(job)
    changed(job, leased_until=after(-5))
    holder = claimed(job)
    changed(job, leased_until=after(5))
    with pytest.raises(jobs.LeaseLost):
        jobs.renew(stale)
    job.refresh_from_db()
    assert job.leased_until is not None
    assert (job.leased_until - database_now()).total_seconds() <= 5
    jobs.settle(holder, next_in=None)
    with pytest.raises(jobs.LeaseLost):
        jobs.renew(holder)
