"""How an orphan ends: removed at Setu while everybody is still to sign it, else taken back or kept.

A delete at Setu removes signatures for good, so it is never sent unseen. An orphan that somebody has signed takes the
place of the current submission if nobody has signed that one, as Setu says now; if somebody has, both stay, and a
person decides.
"""

import logging

from django.db import transaction

from core import jobs
from core.clock import database_now
from core.events import event_append
from signing.models import SignatureRequest, Signer, Submission
from signing.selectors import submission_current
from signing.services.gone import submission_found, submission_gone
from signing.services.look import snapshot_apply
from signing.services.moves import request_locked
from signing.services.opening import links_keep, request_open
from signing.services.orphans import orphan_tried
from signing.services.strays import stray_signed, stray_taken_back
from signing.setu.client import SetuClient
from signing.setu.errors import SetuError, SetuNotFound
from signing.setu.wire import SetuSignature
from signing.states import (
    REQUEST_JOB,
    SETU_COMPLETE,
    SETU_SIGNED,
    SETU_SIGNER_PENDING,
    SETU_WAITING,
    Stage,
)

log = logging.getLogger(__name__)


def orphan_end(*, claim: jobs.Claim, orphan: Submission, setu: SetuClient) -> bool:
    """Look at an orphan at Setu and end it as it stands there. Raises LeaseLost.

    Returns False, with the claim unsettled, when Setu does not say how it stands or somebody may be signing it: the
    request goes on all the same, and the orphan's turn comes again (`orphan_tried`). A signature that is begun and made
    between the look and the delete is lost with it: Setu knows no delete that would refuse this.
    """
    assert orphan.setu_id is not None  # noqa: S101  # as it was chosen
    orphan_tried(orphan, answered=False)
    try:
        seen = setu.signature(orphan.setu_id)
    except SetuNotFound:
        orphan_tried(orphan, answered=True)
        _not_found(claim=claim, orphan=orphan)
        return True
    except SetuError as error:
        _told(orphan, error=error)
        return False
    submission_found(orphan)
    if _signed(seen):
        try:
            newer_signed = _newer_signed(orphan, setu=setu)
        except SetuError as error:
            _later(claim=claim, orphan=orphan, error=error)
            return True
        if _spared(claim=claim, orphan=orphan, seen=seen, newer_signed=newer_signed):
            return True
    if not (_untouched(seen) or _cancelled(orphan)):
        orphan_tried(orphan, answered=True)
        log.warning("orphan.in_use", extra={"request_id": orphan.request_id, "status": seen.status})
        return False
    with transaction.atomic():
        jobs.hold(claim)  # who has slept since the look does not know whether it is an orphan still
    try:
        setu.delete(orphan.setu_id)
    except SetuError as error:
        _later(claim=claim, orphan=orphan, error=error)
        return True
    _removed(claim=claim, orphan=orphan)
    return True


def _signed(seen: SetuSignature) -> bool:
    return seen.status == SETU_COMPLETE or any(signer.status == SETU_SIGNED for signer in seen.signers)


def _newer_signed(orphan: Submission, *, setu: SetuClient) -> bool:
    """Whether somebody has signed the current submission: Setu is asked, as its callbacks may have been lost.

    One that Setu does not find is no rival; if that was wrong, it is found signed when it is to be ended in its turn.
    """
    if Signer.objects.filter(request=orphan.request, setu_status=SETU_SIGNED).exists():
        return True
    current = submission_current(request=orphan.request)
    if current is None or current.setu_id is None or not _open(orphan.request):
        return False
    try:
        return _signed(setu.signature(current.setu_id))
    except SetuNotFound:
        return False


def _open(request: SignatureRequest) -> bool:
    return request.stage in (Stage.QUEUED, Stage.SUBMITTED)


def _untouched(seen: SetuSignature) -> bool:
    """Whether everybody is still to sign, and nobody is at it. A word we do not know is no proof of that."""
    waiting = all(signer.status == SETU_SIGNER_PENDING for signer in seen.signers)
    return waiting and seen.status in SETU_WAITING


def _cancelled(orphan: Submission) -> bool:
    """Somebody's decision to end the request covers what is open of it at Setu, and waits for no session there."""
    return SignatureRequest.objects.filter(id=orphan.request_id, cancel_asked_at__isnull=False).exists()


@transaction.atomic
def _spared(*, claim: jobs.Claim, orphan: Submission, seen: SetuSignature, newer_signed: bool) -> bool:
    """Take back or keep an orphan that somebody has signed; settles the claim then.

    In a request that is cancelled only a complete one is spared, as with the current one (signing/services/cancel.py).
    """
    request = request_locked(orphan.request)
    jobs.hold(claim)
    if request.cancel_asked_at and seen.status != SETU_COMPLETE:
        return False
    if newer_signed or not _taken_back(claim=claim, request=request, orphan=orphan, seen=seen):
        log.error("orphan.signed", extra={"request_id": request.id, "no": orphan.no})
        event_append(chain=request.id, kind="submission.kept", submission=orphan.no)
        stray_signed(setu_id=str(orphan.setu_id))
        jobs.settle(claim, next_in=0.0)
    return True


def _taken_back(
    *, claim: jobs.Claim, request: SignatureRequest, orphan: Submission, seen: SetuSignature
) -> bool:
    """Make the orphan the current submission, unless it is too late or its signers are not ours."""
    if not _open(request):
        return False
    record = request_open if request.stage == Stage.QUEUED else links_keep
    if not record(request=request, submission=orphan, seen=seen):
        return False
    current = submission_current(request=request)
    if current:
        Submission.objects.filter(id=current.id).update(orphaned_at=database_now(), delete_tried_at=None)
    Submission.objects.filter(id=orphan.id).update(orphaned_at=None)
    log.warning("submission.taken_back", extra={"request_id": request.id, "no": orphan.no})
    event_append(chain=request.id, kind="submission.taken_back", submission=orphan.no)
    stray_taken_back(setu_id=str(orphan.setu_id))
    jobs.ring(REQUEST_JOB, subject=request.id, cause="adoption", rested=True)  # for the one it has replaced
    snapshot_apply(seen=seen, request=request, submission=orphan, claim=claim)
    return True


@transaction.atomic
def _not_found(*, claim: jobs.Claim, orphan: Submission) -> None:
    """Taken for removed once that is believed; until then its turn comes again."""
    submission_gone(request=request_locked(orphan.request), submission=orphan)
    jobs.postpone(claim, seconds=0.0)


@transaction.atomic
def _later(*, claim: jobs.Claim, orphan: Submission, error: SetuError) -> None:
    """The lease holds one step, and this one has had two calls."""
    _told(orphan, error=error)
    jobs.postpone(claim, seconds=0.0)


@transaction.atomic
def _removed(*, claim: jobs.Claim, orphan: Submission) -> None:
    request_locked(orphan.request)
    Submission.objects.filter(id=orphan.id).update(deleted_at=database_now())
    jobs.postpone(claim, seconds=0.0)  # the request goes on, and what failed before is remembered


def _told(orphan: Submission, *, error: SetuError) -> None:
    log.error("orphan.not_deleted", extra={"request_id": orphan.request_id, "error": str(error)})
