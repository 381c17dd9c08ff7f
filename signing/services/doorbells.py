"""The doorbells: each only asks for a look at a request. What the bell-ringer claims is a hint, never a state."""

import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from core import jobs
from core.minutely import each_minute
from core.models import Job
from signing.models import SignatureRequest, Submission
from signing.selectors import job_get
from signing.services.orphans import orphan_rung
from signing.services.strays import stray_named
from signing.states import REQUEST_JOB, Stage


@transaction.atomic(savepoint=False)
def setu_id_rung(
    *, setu_id: str, request_id: UUID | None, cause: str, hint: dict[str, Any] | None = None
) -> None:
    """Somebody named one of Setu's ids. request_id: our request's, None for an id we do not know (yet)."""
    if request_id:
        orphan_rung(setu_id=setu_id)
        request_rung(request_id=request_id, cause=cause, hint=hint)
    else:
        stray_named(setu_id=setu_id, cause=cause)


@transaction.atomic(savepoint=False)
def request_rung(*, request_id: UUID, cause: str, hint: dict[str, Any] | None = None) -> None:
    """Ask for a look at a request of ours. Repeating is safe.

    hint: {"status": …, "signers": {Setu's signer id: [status, err_code]}} as claimed. While Setu's answers do not
    show it, looks follow each other more closely.
    """
    if hint:
        SignatureRequest.objects.filter(id=request_id, stage=Stage.SUBMITTED).update(hint=hint)
    jobs.ring(REQUEST_JOB, subject=request_id, cause=cause)


@transaction.atomic
def return_rung(*, reference: str, setu_id: str = "") -> bool:
    """A signer's browser came back. Returns False for a reference that is not ours; nothing is done then."""
    if not re.fullmatch(r"[0-9a-f]{32}", reference):  # PostgreSQL raises for a NUL
        return False
    submission = Submission.objects.filter(reference=reference).first()
    if submission is None:
        return False
    if submission.setu_id is None and setu_id:
        stray_named(setu_id=setu_id, cause="return")
    else:
        orphan_rung(setu_id=submission.setu_id or "")
        jobs.ring(REQUEST_JOB, subject=submission.request_id, cause="return")
    return True


def person_rung(request: SignatureRequest, *, cause: str, rested: bool = False) -> None:
    """A person rings, in the caller's transaction: work that had been given up is taken up again.

    rested: also where Setu is being spared; the driver sees whether Setu is needed at all.
    """
    jobs.ring(REQUEST_JOB, subject=request.id, cause=cause, rested=rested)
    job = job_get(request=request)  # locked by the ring: it cannot die from here on
    if job and job.dead_at:
        jobs.revive(job, cause=cause)


@each_minute
def idle_rung(*, limit: int = 100) -> int:
    """Ring open requests for which nothing is planned, as after a time without the scheduler: never never.

    Returns how many. Repeating is safe.
    """
    if not settings.ENABLE_SCHEDULER:
        return 0
    idle = Job.objects.filter(
        kind=REQUEST_JOB, subject=OuterRef("id"), due_at__isnull=True, dead_at__isnull=True
    )
    waiting = SignatureRequest.objects.filter(
        Exists(idle), stage__in=(Stage.QUEUED, Stage.SUBMITTED, Stage.ARCHIVING)
    )
    found = list(waiting.values_list("id", flat=True)[:limit])
    for request_id in found:
        jobs.ring(REQUEST_JOB, subject=request_id, cause=jobs.CLOCK)
    return len(found)
