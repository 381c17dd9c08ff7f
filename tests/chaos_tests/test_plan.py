from core import doorbell
from signing.states import REQUEST_JOB
from tests.chaos.faults import BAD_DAYS, every
from tests.chaos.plan import LEASE_SECONDS
from tests.standin import StandIn


def test_the_plan_knows_how_long_a_killed_workers_job_stays_held():
    assert doorbell.kind(REQUEST_JOB).lease == LEASE_SECONDS


def test_the_stand_in_knows_every_bad_day_a_run_asks_for():
    world = StandIn()
    for day in BAD_DAYS:
        world.fault(day["fault"], **{name: value for name, value in day.items() if name != "fault"})
    world.close()


def test_what_strikes_regularly_strikes_in_order_and_last_at_the_end():
    assert every(4.0, 24.0) == [4.0, 8.0, 12.0, 16.0, 20.0, 24.0]
    assert every(0, 24.0) == []
