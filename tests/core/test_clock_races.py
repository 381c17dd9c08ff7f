"""R18: however many clocks and workers there are, a tick is one tick and the pace is one pace."""

import time
from datetime import timedelta
from uuid import UUID

import pytest

from core import pace, sweeping, work
from core.clock import database_now
from core.models import Job
from tests.core.bells import KIND, bells, turns
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
    """The lower the subject's number, the longer due."""
    first = database_now() - timedelta(seconds=OPEN + 1)
    Job.objects.bulk_create(
        Job(kind=KIND, subject=UUID(int=no), due_at=first + timedelta(seconds=no))
        for no in range(1, OPEN + 1)
    )


def test_r18_four_clocks_at_once_tick_once_and_send_a_few_turns(all_due, broker):
    results = at_once(*[sweeping.sweep_by_clock] * CLOCKS)
    assert sorted(results, key=str) == sorted([sweeping.TURNS_MAX, None, None, None], key=str)
    assert turns(broker) == [0.0] * sweeping.TURNS_MAX
    assert bells(broker) == [], "doorbells have a lane of their own"


def test_r18_turns_at_once_work_each_job_once_the_longest_due_first_at_the_pace(
    all_due, worked, settings, monkeypatch
):
    settings.CLOCK_GETS_PER_SECOND = 50
    monkeypatch.setattr(work, "TURN_SECONDS", 1.0)
    began = time.monotonic()
    assert at_once(*[work.run_turn] * 8) == [None] * 8
    took = time.monotonic() - began
    numbers = [claim.subject.int for claim in worked.claims]
    assert len(numbers) == len(set(numbers)), "each once"
    assert 8 <= len(numbers) <= 50 * took + 1, "at the pace of all together"
    assert max(numbers) <= len(numbers) + 8, "none is left behind"


def test_r18_slots_taken_by_eight_workers_at_once_follow_each_other_at_the_pace():
    def ten() -> list[float]:
        return [pace.slot("r18", per_second=5) for _ in range(10)]

    results = at_once(*[ten] * 8)
    slots = sorted(wait for each in results if isinstance(each, list) for wait in each)
    assert len(slots) == 80
    # The first is now; the last is 79 slots later, less what passed while they were taken.
    assert 79 / 5 - 10 < slots[-1] <= 79 / 5 + 0.01
