"""What a job is, as people call it. There is no column for it: it follows from the job's times (core/models/job.py)."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, TextChoices
from django.db.models.functions import Now

from core.clock import after
from core.models import Job

LATE_SECONDS = 300.0  # a job due for longer: nobody works


class JobState(TextChoices):
    DEAD = "dead", "dead: given up"
    LATE = "late", "overdue for more than 5 minutes"
    FAILING = "failing", "failing, tried again"
    LEASED = "leased", "being worked"
    DUE = "due", "due"
    PLANNED = "planned", "planned"
    IDLE = "idle", "idle: nothing to do"


def job_state(job: Job, *, now: datetime) -> JobState:
    """The most telling of the states that hold."""
    if job.dead_at:
        return JobState.DEAD
    if job.leased_until and job.leased_until > now:
        return JobState.LEASED
    if job.due_at and job.due_at < now - timedelta(seconds=LATE_SECONDS):
        return JobState.LATE
    if job.failures:
        return JobState.FAILING
    if job.due_at is None:
        return JobState.IDLE
    return JobState.DUE if job.due_at <= now else JobState.PLANNED


def in_state(state: str) -> Q:
    """Jobs of which that can be said, by the database's clock. A failing job may be due or planned as well."""
    alive = Q(dead_at__isnull=True)
    unleased = Q(leased_until__isnull=True) | Q(leased_until__lt=Now())
    return {
        JobState.DEAD: Q(dead_at__isnull=False),
        JobState.LATE: alive & unleased & Q(due_at__lt=after(-LATE_SECONDS)),
        JobState.FAILING: alive & Q(failures__gt=0),
        JobState.LEASED: alive & Q(leased_until__gte=Now()),
        JobState.DUE: alive & unleased & Q(due_at__lte=Now()),
        JobState.PLANNED: alive & Q(due_at__gt=Now()),
        JobState.IDLE: alive & Q(due_at__isnull=True),
    }[JobState(state)]


def jobs_in_trouble() -> QuerySet[Job]:
    """Dead, overdue or failing: what a support person should see."""
    return Job.objects.filter(in_state(JobState.DEAD) | in_state(JobState.LATE) | in_state(JobState.FAILING))
