"""One pace for all processes: slots follow each other, however many ask."""

import pytest

from core import doorbell, pace, work
from core.models import Job
from tests.core.bells import KIND, bells, make_job

pytestmark = pytest.mark.django_db


def test_the_first_slot_is_now_and_the_next_follow_at_the_pace():
    waits = [pace.slot("tests", per_second=5) for _ in range(6)]
    assert waits[0] == 0
    assert waits[5] == pytest.approx(1.0, abs=0.2)
    assert waits == sorted(waits)


def test_each_name_has_a_pace_of_its_own():
    assert [pace.slot(name, per_second=1) for name in ("a", "b")] == [0, 0]


def test_the_clocks_lane_puts_off_what_exceeds_the_pace(settings, subject, worked, broker):
    settings.CLOCK_GETS_PER_SECOND = 2
    job = make_job(subject)
    for _ in range(4):
        work.run_at_pace(KIND, job.id, paced=False)
        Job.objects.filter(id=job.id).update(due_at="2020-01-01T00:00:00Z")
    assert len(worked.claims) == 1
    waits = sorted(bell.delay for bell in bells(broker) if bell.queue == doorbell.CLOCK_QUEUE)
    assert waits == pytest.approx([0.5, 1.0, 1.5], abs=0.2)


def test_a_message_that_has_waited_for_its_slot_takes_no_other(settings, subject, worked):
    settings.CLOCK_GETS_PER_SECOND = 1
    pace.slot(doorbell.CLOCK_QUEUE, per_second=1)
    work.run_at_pace(KIND, make_job(subject).id, paced=True)
    assert len(worked.claims) == 1
