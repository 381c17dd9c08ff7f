from core import doorbell
from signing.states import REQUEST_JOB
from tests.chaos.plan import LEASE_SECONDS


def test_the_plan_knows_how_long_a_killed_workers_job_stays_held():
    assert doorbell.kind(REQUEST_JOB).lease == LEASE_SECONDS
