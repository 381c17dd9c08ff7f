"""R18: however many clocks and workers there are, a tick is one tick and the pace is one pace."""

from uuid import UUID

import pytest

from core import jobs, pace, sweeping
from core.clock import after
from core.doorbell import CLOCK_QUEUE
from core.models import Job
from tests.core.bells import KIND, bells
from tests.core.test_jobs_races import at_once
from tests.proof import count

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("worked"),
    pytest.mark.proof,
]
OPEN = max(700, count(10_000))
CLOCKS = 4


@pytest.fixture
def all_due() -> None:
    Job.objects.bulk_create([Job(kind=KIND, subject=UUID(int=no)) for no in range(1, OPEN + 1)])
    Job.objects.update(due_at=after(-1))


def test_r18_four_clocks_at_once_ring_one_ticks_worth_and_each_job_once(all_due, broker, settings):
    results = at_once(*[sweeping.sweep_by_clock] * CLOCKS)
    a_tick = 60 * settings.CLOCK_GETS_PER_SECOND
    assert sorted(results, key=str) == sorted([a_tick, None, None, None], key=str)
    rung = bells(broker)
    assert len(rung) == a_tick == len({bell.job_id for bell in rung})
    assert {bell.queue for bell in rung} == {CLOCK_QUEUE}, "doorbells have a lane of their own"


def test_r18_four_sweeps_that_do_overlap_ring_each_job_once(all_due, broker):
    def sweep() -> int:
        return jobs.sweep(limit=500)

    results = at_once(*[sweep] * CLOCKS)
    rung = [bell.job_id for bell in bells(broker)]
    assert len(rung) == len(set(rung)) == sum(each for each in results if isinstance(each, int))
    assert len(rung) >= 500


def test_r18_slots_taken_by_eight_workers_at_once_follow_each_other_at_the_pace():
    def ten() -> list[float]:
        return [pace.slot("r18", per_second=5) for _ in range(10)]

    results = at_once(*[ten] * 8)
    slots = sorted(wait for each in results if isinstance(each, list) for wait in each)
    assert len(slots) == 80
    # The first is now; the last is 79 slots later, less what passed while they were taken.
    assert 79 / 5 - 10 < slots[-1] <= 79 / 5 + 0.01
