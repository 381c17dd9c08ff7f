"""Requests whose creates led to nothing: where they stop, and what wakes them besides a person."""

from core import jobs
from core.events import event_append
from core.models import Event, Job
from signing.models import SignatureRequest, Submission
from signing.states import REQUEST_JOB

# Creates that may have taken effect and led to nothing: each can be a request at Setu that nobody wants.
CREATES_MAX = 5
# Sentences of the API begin with them. The first: nothing more is sent without a person. The second: not even then.
STALLED = f"Asking Setu to open this request led to nothing {CREATES_MAX} times"
TURNED_UP = f"{STALLED}. One that turned up at Setu is looked at until it has ended"
STOPPED, RESUMED = "request.stalled", "request.resumed"


def request_stall(*, claim: jobs.Claim, request: SignatureRequest) -> None:
    """Give the request's job up until a person revives it. Raises LeaseLost."""
    event_append(chain=request.id, kind=STOPPED, creates=CREATES_MAX)
    jobs.bury(claim, reason=STALLED)


def request_resume(request: SignatureRequest) -> None:
    """One of its submissions has turned up at Setu: it is looked at, and no create is sent without a person.

    The caller holds the request's lock. Repeating is safe.
    """
    job = Job.objects.filter(kind=REQUEST_JOB, subject=request.id, dead_at__isnull=False).first()
    if job and job.last_error == STALLED:
        event_append(chain=request.id, kind=RESUMED)
        jobs.revive(job, cause="adoption")


def creates_spent(request: SignatureRequest) -> bool:
    """Whether the creates that are allowed without a person have been sent. One who revives allows as many again."""
    sent = Submission.objects.filter(request=request, create_sent_at__isnull=False).count()
    events = Event.objects.filter(chain=request.id)
    persons = events.filter(kind=STOPPED).count() - events.filter(kind=RESUMED).count()
    return sent >= CREATES_MAX * (1 + persons)
