"""Setu ids that somebody named and we do not know: fetched once or twice, slowly, and adopted if they are ours.

A create whose answer we never got leaves such an id at Setu. Our reference in its redirect URL tells.
"""

import logging
import re

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from core import jobs, pace
from core.clock import after
from signing.models import Stray, Submission
from signing.services.moves import request_locked
from signing.services.orphans import submission_asked_for, submission_named
from signing.setu.client import SetuClient
from signing.setu.errors import SetuNotFound, SetuRefused, SetuUnavailable
from signing.setu.wire import SetuSignature
from signing.states import REQUEST_JOB, STRAY_JOB, StrayOutcome

log = logging.getLogger(__name__)
PER_SECOND = 1.0
AGAIN_SECONDS = 600.0  # s from an answer that it is nobody's until Setu is asked once more
# s between two tries while Setu gives no answer, as with requests (R19); and one more for each other one that waits.
BACKOFF_MAX = 60.0
REFUSALS_MAX = 10  # failures in a row after which a refusal is an answer
WAITING_MAX = (
    1000  # more are not remembered here: their deliveries are, and webhooks/adoption.py comes back to them
)


def stray_room() -> int:
    """How many more unknown ids may wait to be asked about."""
    return WAITING_MAX - Stray.objects.filter(outcome="").count()


def stray_named(*, setu_id: str, cause: str) -> None:
    """Somebody named an unknown id. Two GETs in ten minutes, at most one a second over all. Repeating is safe."""
    if stray_room() <= 0:
        log.warning("strays.full")
        return
    stray, new = Stray.objects.get_or_create(setu_id=setu_id, defaults={"cause": cause})
    if new or _reopened(stray):
        jobs.ring(STRAY_JOB, subject=stray.id, cause=cause, after_seconds=_wait())


def _reopened(stray: Stray) -> bool:
    """Who is named again long after Setu did not know it is asked about anew."""
    unknown = Stray.objects.filter(
        id=stray.id, outcome=StrayOutcome.UNKNOWN, named_at__lt=after(-AGAIN_SECONDS)
    )
    return bool(unknown.update(outcome="", named_at=Now()))


@transaction.atomic
def stray_asked_again(*, setu_id: str, cause: str) -> None:
    """A person wants an unknown id looked up once more, at the pace of all strays. Repeating is safe."""
    stray_named(setu_id=setu_id, cause=cause)
    again = (StrayOutcome.UNKNOWN, StrayOutcome.SIGNED)
    if Stray.objects.filter(setu_id=setu_id, outcome__in=again).update(outcome=""):
        stray = Stray.objects.get(setu_id=setu_id)
        jobs.ring(STRAY_JOB, subject=stray.id, cause=cause, after_seconds=_wait())


def _wait(rest: float = 0.0) -> float:
    """Seconds until the next GET for a stray: its own slot at the pace of all, after a rest of so many seconds."""
    return rest + pace.slot(STRAY_JOB, per_second=PER_SECOND)


def stray_look(*, claim: jobs.Claim, setu: SetuClient) -> None:
    """Ask Setu whose request this is; settles the claim. Raises LeaseLost."""
    stray = Stray.objects.get(id=claim.subject)
    try:
        submission = _submission_of(setu.signature(stray.setu_id))
    except SetuNotFound:
        _nobodys(claim=claim, stray=stray)
    except (SetuUnavailable, SetuRefused) as error:
        if isinstance(error, SetuRefused) and claim.failures >= REFUSALS_MAX:
            _nobodys(claim=claim, stray=stray)
        else:
            wait = _wait(jobs.backoff(claim, most=BACKOFF_MAX))
            with transaction.atomic():
                jobs.settle(claim, next_in=wait, failure=str(error))
    else:
        if submission is None:
            _settled(claim=claim, stray=stray, outcome=StrayOutcome.UNKNOWN)
        else:
            _adopt(claim=claim, stray=stray, submission=submission)


def _nobodys(*, claim: jobs.Claim, stray: Stray) -> None:
    """Unknown, as Setu says; Setu may be mistaken for a moment, so it is asked once more."""
    again = None if stray.outcome == StrayOutcome.UNKNOWN else AGAIN_SECONDS
    _settled(claim=claim, stray=stray, outcome=StrayOutcome.UNKNOWN, next_in=again)


def _adopt(*, claim: jobs.Claim, stray: Stray, submission: Submission) -> None:
    """Tell the submission its id at Setu; the request's own driver opens it, or ends it as it stands there."""
    with transaction.atomic():
        request_locked(submission.request)
        named = submission_named(submission=submission, setu_id=stray.setu_id)
        submission_asked_for(named)
        jobs.ring(REQUEST_JOB, subject=submission.request_id, cause="adoption", rested=True)
        current = named.orphaned_at is None
        outcome = StrayOutcome.ADOPTED if current else StrayOutcome.SUPERSEDED
        _settled(claim=claim, stray=stray, outcome=outcome)


def stray_signed(*, setu_id: str) -> None:
    """List an orphan that somebody has signed, whoever named it, for a person to decide. Repeating is safe."""
    listed, signed = {"cause": "orphan"}, {"outcome": StrayOutcome.SIGNED}
    Stray.objects.update_or_create(setu_id=setu_id, defaults=signed, create_defaults=listed | signed)


def stray_taken_back(*, setu_id: str) -> None:
    """An id that was listed as superseded is the one that counts again."""
    superseded = Stray.objects.filter(setu_id=setu_id, outcome=StrayOutcome.SUPERSEDED)
    superseded.update(outcome=StrayOutcome.ADOPTED)


@transaction.atomic
def _settled(*, claim: jobs.Claim, stray: Stray, outcome: StrayOutcome, next_in: float | None = None) -> None:
    stray.outcome = outcome
    stray.save(update_fields=["outcome"])
    jobs.settle(claim, next_in=next_in, planned=True)


def _submission_of(seen: SetuSignature) -> Submission | None:
    """By our reference, else by the document, which Setu takes for one request only: our address may have changed."""
    known = Submission.objects.select_related("request")
    ours = re.match(re.escape(settings.PUBLIC_URL) + r"/return/([0-9a-f]{32})/", seen.redirect_url or "")
    by_reference = known.filter(reference=ours[1]).first() if ours else None
    return by_reference or known.filter(setu_document_id=seen.document_id).first()
