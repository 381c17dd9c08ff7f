"""How often Setu is asked about ids that we do not know."""

import pytest

from core.clock import database_now
from core.models import Job, Pace
from signing.services.strays import BACKOFF_MAX, stray_named


def due_again() -> None:
    Job.objects.filter(kind="signing.stray").update(due_at="2020-01-01T00:00:00Z")


@pytest.mark.parametrize("status", [503, 404])
def test_strays_that_are_asked_about_again_keep_the_pace(world, db, run_due, status):
    number = 30
    for no in range(number):
        stray_named(setu_id=f"nobody-knows-{no}", cause="callback")
    world.fault("status", endpoint="get", status=status, times=number * 7)
    for _ in range(7 if status == 503 else 1):
        due_again()
        run_due()
    times = sorted(at.timestamp() for at in Job.objects.values_list("due_at", flat=True) if at)
    assert len(times) == number
    assert times[-1] - times[0] >= number - 1 - BACKOFF_MAX / 5, (
        "each has a slot; a back-off is up to a fifth longer"
    )


def test_after_many_failures_it_is_asked_about_each_minute(lost, world, run_due):
    _, setu_id = lost
    world.fault("status", endpoint="get", status=503, times=10)
    stray_named(setu_id=setu_id, cause="callback")
    run_due()
    for _ in range(8):
        due_again()
        run_due()
    Pace.objects.all().delete()  # those nine looks were nine minutes, and left no slot taken
    due_again()
    run_due()
    due_at = Job.objects.get(kind="signing.stray").due_at
    assert due_at is not None
    assert 50 < (due_at - database_now()).total_seconds() <= 72
