"""How a support person finds requests: by id, by the document's name, by a signer's or a manager's user name."""

from uuid import UUID

from django.db.models import Q, QuerySet

from core.jobstates import JobState, in_state, jobs_in_trouble
from core.models import Job, User
from signing.models import Document, SignatureRequest, Signer
from signing.states import REQUEST_JOB, Status

PEOPLE_MAX = 50
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


def requests_found(term: str) -> Q:
    """A condition for the requests that a person means by these words. Every part of it is bounded."""
    term = term.strip().replace("\0", "")
    try:
        return Q(id=UUID(term)) | Q(document_id=UUID(term))
    except ValueError:
        pass
    people = list(User.objects.filter(username__istartswith=term).values_list("id", flat=True)[:PEOPLE_MAX])
    signing = Signer.objects.filter(user__in=people).order_by("-id").values("request")[:FOUND_MAX]
    named = Document.objects.filter(name__icontains=term).values_list("id", flat=True)[:FOUND_MAX]
    return Q(id__in=list(signing.values_list("request", flat=True))) | Q(document__in=list(named))


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
    return Q(cancel_asked_at__isnull=False) & ~Q(stage="ended")


def _subjects(jobs: QuerySet[Job]) -> list[UUID]:
    """Read first, and bounded: as a part of the query the database would walk through all requests."""
    return list(jobs.filter(kind=REQUEST_JOB).order_by().values_list("subject", flat=True)[:FOUND_MAX])
