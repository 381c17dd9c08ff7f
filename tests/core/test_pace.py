"""One pace for all processes: slots follow each other, however many ask."""

import time
from uuid import uuid4

import pytest

from core import jobs, pace, work
from core.clock import after
from core.models import Pace
from tests.core.bells import make_job

pytestmark = pytest.mark.django_db


def test_the_first_slot_is_now_and_the_next_follow_at_the_pace():
    waits = [pace.slot("tests", per_second=5) for _ in range(6)]
    assert waits[0] == 0
    assert waits[5] == pytest.approx(1.0, abs=0.2)
    assert waits == sorted(waits)


def test_each_name_has_a_pace_of_its_own():
    assert [pace.slot(name, per_second=1) for name in ("a", "b")] == [0, 0]


def test_the_clocks_lane_works_no_more_in_a_second_than_the_pace_allows(settings, worked):
    settings.CLOCK_GETS_PER_SECOND = 10
    began: list[float] = []

    def note(claim: jobs.Claim) -> None:
        began.append(time.monotonic())
        jobs.settle(claim, next_in=None)

    worked.steps = [note] * 6
    for _ in range(6):
        make_job(uuid4())
    work.run_turn()
    assert len(began) == 6
    assert began[5] - began[0] >= 5 / 10 - 0.05


def test_a_turn_takes_no_slot_where_nothing_is_due(settings, worked):
    settings.CLOCK_GETS_PER_SECOND = 1
    work.run_turn()
    assert not Pace.objects.exists()


def test_a_pace_that_lies_far_ahead_by_mistake_does_not_stop_the_clocks_lane(settings, worked, monkeypatch):
    """As where the database's clock was put back."""
    monkeypatch.setattr(work, "SLOT_SECONDS_MAX", 0.1)
    Pace.objects.create(name=work.PACE, next_at=after(86_400))
    make_job(uuid4())
    work.run_turn()
    assert len(worked.claims) == 1
