from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db.models import F
from django.db.models.functions import Now

from core.clock import after, database_now
from core.models import Job

pytestmark = pytest.mark.django_db


def written(**times: object) -> Job:
    """A row whose times one UPDATE has written."""
    job = Job.objects.create(kind="tests.kind", subject=uuid4())
    Job.objects.filter(id=job.id).update(**times)
    job.refresh_from_db()
    return job


def test_the_databases_time_is_in_utc_and_about_ours():
    assert database_now().utcoffset() == timedelta(0)
    assert abs(database_now() - datetime.now(UTC)) < timedelta(seconds=2)


@pytest.mark.parametrize("seconds", [-90_000, -1, 0.25, 0.5, 1, 60, 31_536_000])
def test_a_time_is_its_seconds_away_from_now(seconds):
    job = written(due_at=after(seconds), leased_until=Now())
    assert job.due_at is not None
    assert job.leased_until is not None
    assert job.due_at - job.leased_until == timedelta(seconds=seconds)


def test_what_is_due_now_is_due_at_once():
    written(due_at=after(0), leased_until=Now())
    assert Job.objects.filter(due_at__lte=F("leased_until"), due_at__gte=F("leased_until")).exists()


@pytest.mark.parametrize("seconds", [0.001, 0.5, 5, 100_000])
def test_earlier_times_compare_as_earlier(seconds):
    written(due_at=after(-seconds), leased_until=Now(), dead_at=after(seconds))
    assert Job.objects.filter(due_at__lt=F("leased_until"), leased_until__lt=F("dead_at")).exists()
