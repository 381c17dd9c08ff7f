"""Ending a request before everybody has signed: decided and recorded here first, then carried out at Setu.

Until it is carried out the status stays what it is, and Setu's `sign_complete` beats the decision (architecture: D6).
"""

from django.db import transaction

from core import jobs
from core.aadhaar import aadhaar_refuse
from core.clock import database_now
from core.events import event_append
from core.models import User
from signing.errors import AllSigned, RequestEnded
from signing.models import SignatureRequest, Submission
from signing.services.doorbells import person_rung
from signing.services.look import snapshot_merge
from signing.services.moves import completion_move, request_end, request_locked, status_refresh
from signing.services.orphans import orphan_due
from signing.setu.client import SetuClient
from signing.setu.errors import SetuNotFound
from signing.states import SETU_COMPLETE, SignerStatus, Stage, Status


@transaction.atomic
def request_cancel(*, request: SignatureRequest, by: User | None, reason: str = "") -> SignatureRequest:
    """Decide to end a request; from now on no signer gets a link. Raises RequestEnded, AllSigned,
    AadhaarNotWanted. by: None for an operator's command.

    Repeating is safe: who decided first, and why, stays; the job is rung again, a dead one is revived.
    """
    aadhaar_refuse(reason=reason)
    locked = request_locked(request)
    if not locked.is_open:
        raise RequestEnded("This request has ended; its state is final.", request_status=locked.status)
    if locked.stage == Stage.ARCHIVING:
        raise AllSigned(
            "Everybody has signed; the signed file is being fetched. It is too late to cancel.",
            request_status=locked.status,
        )
    if locked.cancel_asked_at is None:
        locked.cancel_asked_at, locked.cancel_asked_by, locked.cancel_reason = database_now(), by, reason
        locked.save(update_fields=["cancel_asked_at", "cancel_asked_by", "cancel_reason"])
        event_append(chain=locked.id, kind="request.cancel_asked", actor=by)  # why stands in the row
    person_rung(locked, cause="cancel", rested=True)
    return locked


def cancels_here(request: SignatureRequest, submission: Submission | None) -> bool:
    """Whether a decided end needs no word from Setu: nothing that we can name is open there for the signers.

    A quarantined request has no link left to stop; its file stays at Setu as evidence.
    """
    if not request.is_cancelling:
        return False
    return request.stage == Stage.QUARANTINED or submission is None or submission.setu_id is None


@transaction.atomic
def cancel_here(*, claim: jobs.Claim, request: SignatureRequest) -> None:
    """End a request that is not open at Setu, as far as we know; settles the claim. Raises LeaseLost.

    A create whose answer never came is given up: when its request turns up, it is removed as any orphan is.
    """
    request = request_locked(request)
    jobs.hold(claim)
    if request.stage == Stage.QUEUED:
        lost = Submission.objects.filter(request=request, create_sent_at__isnull=False)
        lost.filter(orphaned_at__isnull=True).update(orphaned_at=database_now())
    _end(claim=claim, request=request)


def cancel_at_setu(
    *, claim: jobs.Claim, request: SignatureRequest, submission: Submission, setu: SetuClient
) -> None:
    """Look once more, then delete at Setu and end the request; settles the claim.

    Safe to repeat after a crash at any point: what is gone there is done. If the last signature is made between the
    look and the delete, Setu removes the signed file as well; it knows no delete that would refuse this.
    Raises SetuUnavailable, SetuRefused (both: to be tried again), LeaseLost.
    """
    assert submission.setu_id is not None  # noqa: S101  # cancels_here says otherwise
    if _completed_meanwhile(claim=claim, request=request, submission=submission, setu=setu):
        return
    with transaction.atomic():
        jobs.hold(claim)  # who has slept since does not know whether everybody has signed meanwhile
    setu.delete(submission.setu_id)
    with transaction.atomic():
        request = request_locked(request)
        jobs.hold(claim)
        Submission.objects.filter(id=submission.id).update(deleted_at=database_now())
        _end(claim=claim, request=request)


def _completed_meanwhile(
    *, claim: jobs.Claim, request: SignatureRequest, submission: Submission, setu: SetuClient
) -> bool:
    """Merge a last look. True, with the claim settled, if it shows that everybody has signed."""
    assert submission.setu_id is not None  # noqa: S101
    try:
        seen = setu.signature(submission.setu_id)
    except SetuNotFound:  # as after a delete whose answer got lost
        return False
    with transaction.atomic():
        request = request_locked(request)
        jobs.hold(claim)
        shown, _ = snapshot_merge(seen=seen, request=request, submission=submission, claim=claim)
        complete = shown.status == SETU_COMPLETE
        if complete:
            completion_move(request)
        status_refresh(request, signer_statuses=[signer.status for signer in shown.signers.values()])
        request.save()
        if complete:
            jobs.settle(claim, next_in=0.0)
    return complete


def _end(*, claim: jobs.Claim, request: SignatureRequest) -> None:
    declined = any(signer.status == SignerStatus.DECLINED for signer in request.signers.all())
    ending = Status.DECLINED if declined else Status.CANCELLED
    request_end(request, ending=ending, reason=request.ending_reason, now=database_now())
    request.save()
    event_append(chain=request.id, kind=f"request.{ending.value}")
    jobs.settle(claim, next_in=orphan_due(request))
