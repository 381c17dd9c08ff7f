"""What holds requests up: found among many, and told of one."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from core.jobstates import JobState, in_state, job_state, jobs_in_trouble
from core.models import Job
from signing.models import SignatureRequest
from signing.states import REQUEST_JOB, Stage, Status

FOUND_MAX = 2000  # requests: as many as can be paged through
STUCK = "stuck"  # any of the following
CANCELLING = "cancelling"
TROUBLES = {
    STUCK: "stuck: any of these",
    JobState.DEAD.value: "given up: dead job",
    JobState.FAILING.value: "Setu fails: tried again",
    JobState.LATE.value: "overdue for more than 5 minutes",
    Status.QUARANTINED.value: "quarantined file",
    CANCELLING: "being cancelled",
}


def in_trouble(requests: QuerySet[SignatureRequest], trouble: str) -> QuerySet[SignatureRequest]:
    """Those of the requests that this can be said of; trouble: a key of TROUBLES."""
    if trouble == CANCELLING:
        return requests.filter(cancelling())
    if trouble == Status.QUARANTINED:
        return requests.filter(status=Status.QUARANTINED)
    if trouble == STUCK:
        return requests.filter(Q(id__in=_subjects(jobs_in_trouble())) | Q(status=Status.QUARANTINED))
    return requests.filter(id__in=_subjects(Job.objects.filter(in_state(trouble))))


def cancelling() -> Q:
    """Requests whose end is decided and not carried out yet."""
    return Q(cancel_asked_at__isnull=False) & ~Q(stage=Stage.ENDED)


def _subjects(jobs: QuerySet[Job]) -> list[UUID]:
    """Read first, and bounded: as a part of the query the database would walk through all requests."""
    return list(jobs.filter(kind=REQUEST_JOB).order_by().values_list("subject", flat=True)[:FOUND_MAX])


def trouble_of(request: SignatureRequest, job: Job | None, *, now: datetime) -> tuple[str, str]:
    """A few words, and how bad it is (bad, warn, or empty); both empty when the request goes its way."""
    words, level = _trouble_of(request, job, now=now)
    if request.is_cancelling:
        return f"being cancelled{'; ' if words else ''}{words}", level or "warn"
    return words, level


def _trouble_of(request: SignatureRequest, job: Job | None, *, now: datetime) -> tuple[str, str]:
    """The most telling first."""
    state = job_state(job, now=now) if job else None
    if job and state == JobState.DEAD:
        return f"given up: {job.last_error}", "bad"
    if request.status == Status.QUARANTINED:
        return f"quarantined: {request.ending_reason}", "bad"
    if state == JobState.LATE:
        return "overdue: nobody works it", "bad"
    if job and job.failures:
        return f"failed {job.failures} times: {job.last_error}", "warn"
    return request.ending_reason, ""
