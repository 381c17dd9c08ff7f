"""Setu ids that somebody named and we do not know: fetched once, slowly, and adopted if they are ours.

A create whose answer we never got leaves such an id at Setu. Our reference in its redirect URL tells.
"""

import re

from django.conf import settings
from django.db import transaction

from core import jobs
from signing.models import Stray, Submission
from signing.services.moves import request_locked
from signing.setu.client import SetuClient
from signing.setu.errors import SetuRefused, SetuUnavailable
from signing.states import REQUEST_JOB, STRAY_JOB

WAITING_MAX = 1000  # more are not remembered: the clock's own looks find what matters


def stray_named(*, setu_id: str, cause: str) -> None:
    """Somebody named an unknown id. One GET in all, at most one a second over all strays. Repeating is safe."""
    waiting = Stray.objects.filter(outcome="").count()
    if waiting >= WAITING_MAX:
        return
    stray, new = Stray.objects.get_or_create(setu_id=setu_id, defaults={"cause": cause})
    if new:
        jobs.ring(STRAY_JOB, subject=stray.id, cause=cause, after_seconds=float(waiting))


def stray_look(*, claim: jobs.Claim, setu: SetuClient) -> None:
    """Ask Setu whose request this is; settles the claim. Raises LeaseLost."""
    stray = Stray.objects.get(id=claim.subject)
    try:
        seen = setu.signature(stray.setu_id)
    except SetuUnavailable as error:
        with transaction.atomic():
            jobs.settle(claim, next_in=jobs.backoff(claim), failure=str(error))
        return
    except SetuRefused:
        _settled(claim=claim, stray=stray, outcome="unknown")
        return
    submission = _submission_of(seen.redirect_url or "")
    if submission is None:
        _settled(claim=claim, stray=stray, outcome="unknown")
        return
    with transaction.atomic():
        request_locked(submission.request)
        Submission.objects.filter(id=submission.id, setu_id__isnull=True).update(setu_id=stray.setu_id)
        jobs.ring(REQUEST_JOB, subject=submission.request_id, cause="adoption")
        _settled(claim=claim, stray=stray, outcome="superseded" if submission.orphaned_at else "adopted")


@transaction.atomic
def _settled(*, claim: jobs.Claim, stray: Stray, outcome: str) -> None:
    stray.outcome = outcome
    stray.save(update_fields=["outcome"])
    jobs.settle(claim, next_in=None)


def _submission_of(redirect_url: str) -> Submission | None:
    ours = re.match(re.escape(settings.PUBLIC_URL) + r"/return/([0-9a-f]{32})/", redirect_url)
    if ours is None:
        return None
    return Submission.objects.select_related("request").filter(reference=ours[1]).first()
