"""How often Setu is asked about ids that we do not know."""

from core.clock import database_now
from core.models import Job, Pace
from signing.services.strays import BACKOFF_MAX, stray_named
from tests.signing.builders import strays_due


def test_r8_strays_that_setu_does_not_answer_about_keep_the_pace(world, db, run_due):
    number = 30
    for no in range(number):
        stray_named(setu_id=f"nobody-knows-{no}", cause="callback")
    world.fault("status", endpoint="get", status=503, times=number * 7)
    for _ in range(7):
        strays_due()
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
        strays_due()
        run_due()
    Pace.objects.all().delete()  # those nine looks were nine minutes, and left no slot taken
    strays_due()
    run_due()
    due_at = Job.objects.get(kind="signing.stray").due_at
    assert due_at is not None
    assert 50 < (due_at - database_now()).total_seconds() <= 72
