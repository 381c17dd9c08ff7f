"""Taking a request to Setu: upload, then the create that has no idempotency key (setu-esign: T2, T3).

Each step is committed before the next begins. A create whose outcome is unknown is sent again with the same document:
Setu takes a document for one request only, so this makes no second one, and its refusal proves the first. Only then is
the submission orphaned, and the next one uploads afresh: a few times, then a person decides. Orphans that turn up are
ended by the driver (signing/services/superseded.py).
"""

import logging

from django.conf import settings
from django.db import transaction

from core import jobs
from core.clock import database_now
from core.events import event_append
from core.storage import blob_read
from signing.models import SignatureRequest, Signer, Submission
from signing.selectors import submission_current
from signing.services import schedule
from signing.services.gone import submission_found, submission_gone
from signing.services.look import GONE_SECONDS
from signing.services.moves import request_end, request_locked
from signing.services.opening import submission_open
from signing.services.orphans import next_no, orphan_due
from signing.services.stalled import TURNED_UP, creates_spent, request_stall
from signing.setu.client import NewSigner, SetuClient
from signing.setu.errors import SetuNotFound, SetuRefused, SetuUnavailable
from signing.setu_provider import account_fingerprint
from signing.states import Status

log = logging.getLogger(__name__)
DOCUMENT_REFUSED = "invalid_document"  # not a document Setu takes, or one that a request has used already


def request_submit(*, claim: jobs.Claim, request: SignatureRequest, setu: SetuClient) -> None:
    """Open the request at Setu; settles the claim. Safe to repeat after a crash at any point.

    Raises SetuUnavailable and SetuRefused (both: to be tried again), LeaseLost.
    """
    submission = _submission(claim=claim, request=request)
    if submission is None:
        return
    if submission.setu_id:  # an answer we never got: a callback or a return has named it since
        _take_over(claim=claim, submission=submission, setu_id=submission.setu_id, setu=setu)
        return
    signers = list(request.signers.order_by("no"))
    earlier = submission.setu_document_id  # uploaded by a run that did not get to its end …
    unknown = submission.create_sent_at is not None  # … and whose create may have taken effect
    try:
        document_id = earlier or _upload(claim=claim, request=request, submission=submission, setu=setu)
        if not _mark_create_sent(claim=claim, submission=submission):
            return
        seen = setu.create(
            document_id=document_id,
            redirect_url=f"{settings.PUBLIC_URL}/return/{submission.reference}/",
            reason=request.reason or None,
            signers=[_new_signer(signer) for signer in signers],
        )
    except SetuRefused as refusal:
        if earlier and refusal.code == DOCUMENT_REFUSED:
            _give_up(claim=claim, submission=submission)
        elif refusal.is_final:
            _refused(claim=claim, submission=submission, refusal=refusal, maybe_done=unknown)
        else:
            _create_failed(claim=claim, submission=submission, maybe_done=unknown)
            raise
        return
    except SetuUnavailable as error:
        _create_failed(claim=claim, submission=submission, maybe_done=unknown or error.maybe_done)
        raise
    submission_open(claim=claim, submission=submission, seen=seen)


@transaction.atomic
def _submission(*, claim: jobs.Claim, request: SignatureRequest) -> Submission | None:
    """The submission to go on with, or a new one. None, with the claim settled, when too many led to nothing.

    The job is given up then, but not while one of them that turned up is still to be looked at: its signature counts.
    """
    request_locked(request)
    jobs.hold(claim)
    current = submission_current(request=request)
    ours = account_fingerprint()
    if current and (current.setu_id or current.account == ours):
        return current
    if current:
        current.orphaned_at = database_now()
        current.save(update_fields=["orphaned_at"])
        log.warning("submission.orphaned", extra={"request_id": request.id, "no": current.no})
    if creates_spent(request):
        turned_up = orphan_due(request)
        if turned_up is None:
            request_stall(claim=claim, request=request)
        else:
            jobs.settle(claim, next_in=turned_up, failure=TURNED_UP)
        return None
    return Submission.objects.create(request=request, no=next_no(request), account=ours)


def _take_over(*, claim: jobs.Claim, submission: Submission, setu_id: str, setu: SetuClient) -> None:
    try:
        seen = setu.signature(setu_id)
    except SetuNotFound:
        _not_found(claim=claim, submission=submission)
        return
    submission_found(submission)
    submission_open(claim=claim, submission=submission, seen=seen, look_next=True)


@transaction.atomic
def _not_found(*, claim: jobs.Claim, submission: Submission) -> None:
    """Withdrawn before anybody got a link, once that is believed: the next try asks afresh."""
    request, now = request_locked(submission.request), database_now()
    jobs.hold(claim)
    if submission_gone(request=request, submission=submission):
        Submission.objects.filter(id=submission.id).update(orphaned_at=now)
        jobs.settle(claim, next_in=0.0)
        return
    request.bucket_at = schedule.bucket_after(request.bucket_at, now=now)
    request.save(update_fields=["bucket_at"])
    jobs.settle(claim, next_in=GONE_SECONDS, failure="Setu answered that it knows no such request")


def _upload(*, claim: jobs.Claim, request: SignatureRequest, submission: Submission, setu: SetuClient) -> str:
    document_id = setu.upload(name=request.document.name, content=blob_read(request.document.blob))
    with transaction.atomic():
        request_locked(request)
        jobs.hold(claim)
        submission.setu_document_id = document_id
        submission.save(update_fields=["setu_document_id"])
    return document_id


@transaction.atomic
def _mark_create_sent(*, claim: jobs.Claim, submission: Submission) -> bool:
    """False, with the claim settled, if somebody has decided meanwhile that the request shall not be sent."""
    if request_locked(submission.request).is_cancelling:
        jobs.settle(claim, next_in=0.0)
        return False
    jobs.hold(claim)
    submission.create_sent_at = database_now()
    submission.save(update_fields=["create_sent_at"])
    return True


@transaction.atomic
def _create_failed(*, claim: jobs.Claim, submission: Submission, maybe_done: bool) -> None:
    """Take back the mark when no create with this document can have taken effect."""
    request_locked(submission.request)
    jobs.hold(claim)
    if submission.create_sent_at and not maybe_done:
        submission.create_sent_at = None
        submission.save(update_fields=["create_sent_at"])


@transaction.atomic
def _give_up(*, claim: jobs.Claim, submission: Submission) -> None:
    """Setu does not take a document that was uploaded some time ago.

    A create whose answer was lost may have used it (or one that a restored database does not know), so the next try
    uploads afresh; what it refuses then is the document itself. Counts as a failure, so that tries that keep ending
    like this follow each other more slowly.
    """
    request_locked(submission.request)
    jobs.hold(claim)
    submission.orphaned_at = database_now()
    submission.save(update_fields=["orphaned_at"])
    log.warning("submission.orphaned", extra={"request_id": submission.request_id, "no": submission.no})
    jobs.settle(claim, next_in=0.0, failure="Setu answered that the document is used already")


def _new_signer(signer: Signer) -> NewSigner:
    return NewSigner(
        identifier=signer.id.hex,
        display_name=signer.display_name,
        birth_year=signer.birth_year,
        pages=signer.pages,
        position=signer.corner,
        height=signer.height,
        width=signer.width,
    )


@transaction.atomic
def _refused(*, claim: jobs.Claim, submission: Submission, refusal: SetuRefused, maybe_done: bool) -> None:
    """maybe_done: an earlier create may have taken effect; when its request turns up, it is ended as an orphan."""
    request = request_locked(submission.request)
    if maybe_done:
        Submission.objects.filter(id=submission.id).update(orphaned_at=database_now())
    log.error(
        "submit.refused", extra={"request_id": request.id, "status": refusal.status, "code": refusal.code}
    )
    request_end(request, ending=Status.FAILED, reason="refused_by_setu", now=database_now())
    request.save()
    event_append(chain=request.id, kind="request.failed", reason="refused_by_setu", code=refusal.code)
    jobs.settle(claim, next_in=orphan_due(request))
