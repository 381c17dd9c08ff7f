"""What Setu has opened, as rows: the submission's id, its signers' links, and the request that goes on from there."""

import contextlib
import logging

from django.db import transaction

from core import jobs
from core.clock import database_now
from core.events import event_append
from core.outage import DATABASE_ERRORS
from signing.models import SignatureRequest, SignerLink, Submission
from signing.services import schedule
from signing.services.moves import request_locked, stage_move, status_refresh
from signing.services.orphans import submission_named
from signing.setu.wire import SetuSignature
from signing.states import REQUEST_JOB, Stage

log = logging.getLogger(__name__)


def submission_open(
    *, claim: jobs.Claim, submission: Submission, seen: SetuSignature, look_next: bool = False
) -> None:
    """Record that the submission is open at Setu, with its signers' links; settles the claim.

    look_next: somebody may have acted there already, so the next step is a look. Raises LeaseLost.
    """
    try:
        _open(claim=claim, submission=submission, seen=seen, look_next=look_next)
    except jobs.LeaseLost:
        # Somebody else goes on with the request; what we have just made at Setu must not stay there.
        _remember(submission=submission, setu_id=seen.id)
        raise
    except DATABASE_ERRORS:
        # The next try goes on with what was made, if we can keep its id.
        with contextlib.suppress(*DATABASE_ERRORS):
            _remember(submission=submission, setu_id=seen.id)
        raise


@transaction.atomic
def _remember(*, submission: Submission, setu_id: str) -> None:
    request_locked(submission.request)
    submission_named(submission=submission, setu_id=setu_id)
    jobs.ring(REQUEST_JOB, subject=submission.request_id, cause="adoption", rested=True)


@transaction.atomic
def _open(*, claim: jobs.Claim, submission: Submission, seen: SetuSignature, look_next: bool) -> None:
    request, now = request_locked(submission.request), database_now()
    jobs.hold(claim)  # before the stage is touched: a faster holder may have moved it already
    named = submission_named(submission=submission, setu_id=seen.id)
    if named.id != submission.id:  # somebody has named another request under this reference: it goes first
        jobs.settle(claim, next_in=0.0)
        return
    if not request_open(request=request, submission=named, seen=seen):
        named.orphaned_at = now  # not what we asked for: the driver ends it, and we ask again
        named.save(update_fields=["orphaned_at"])
        jobs.settle(claim, next_in=jobs.backoff(claim), failure="Setu answered with other signers")
        return
    planned = schedule.next_look(now=now, created_at=request.created_at, activity_at=request.activity_at)
    at_once = look_next or request.is_cancelling
    jobs.settle(claim, next_in=0.0 if at_once else planned, planned=not at_once)


def request_open(*, request: SignatureRequest, submission: Submission, seen: SetuSignature) -> bool:
    """A locked request that was queued is at Setu now. False if Setu's signers are not those we asked for."""
    if not links_keep(request=request, submission=submission, seen=seen):
        return False
    stage_move(request, Stage.SUBMITTED)
    status_refresh(request)
    request.bucket_at = None  # a failed try's wait is over
    request.save(update_fields=["stage", "status", "bucket_at"])
    event_append(chain=request.id, kind="request.submitted", submission=submission.no)
    return True


def links_keep(*, request: SignatureRequest, submission: Submission, seen: SetuSignature) -> bool:
    """Keep each signer's id and link. False, with nothing kept, if Setu's signers are not those we asked for."""
    by_identifier = {signer.identifier: signer for signer in seen.signers}
    signers = list(request.signers.all())
    setu_ids = {by_identifier[s.id.hex].id for s in signers if s.id.hex in by_identifier}
    if len(setu_ids) < len(signers):
        return False
    SignerLink.objects.bulk_create(
        (
            SignerLink(submission=submission, signer=signer, setu_signer_id=found.id, url=found.url or "")
            for signer in signers
            for found in (by_identifier[signer.id.hex],)
        ),
        ignore_conflicts=True,  # a submission that is taken back has had its links
    )
    return True
