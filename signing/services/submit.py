"""Taking a request to Setu: upload, then the create that must not be repeated (setu-esign: T2, T3).

Each step is committed before the next begins. A create whose outcome is unknown orphans its submission; the next
one uploads afresh. Orphans that turn up are deleted at Setu by the driver.
"""

import contextlib
import logging

from django.conf import settings
from django.db import transaction

from core import jobs
from core.clock import database_now
from core.events import event_append
from core.outage import DATABASE_ERRORS
from core.storage import blob_read
from signing.models import SignatureRequest, Signer, SignerLink, Submission
from signing.selectors import submission_current
from signing.services import schedule
from signing.services.moves import request_end, request_locked, stage_move, status_refresh
from signing.services.orphans import after_the_end
from signing.setu.client import NewSigner, SetuClient
from signing.setu.errors import SetuNotFound, SetuRefused, SetuUnavailable
from signing.setu.wire import SetuSignature
from signing.setu_provider import account_fingerprint
from signing.states import REQUEST_JOB, Stage, Status

log = logging.getLogger(__name__)
DOCUMENT_REFUSED = "invalid_document"  # not a document Setu takes, or one that a request has used already


def request_submit(*, claim: jobs.Claim, request: SignatureRequest, setu: SetuClient) -> None:
    """Open the request at Setu; settles the claim. Safe to repeat after a crash at any point.

    Raises SetuUnavailable (to be tried again), LeaseLost.
    """
    submission = _submission(claim=claim, request=request)
    if submission.setu_id:  # an answer we never got: a callback or a return has named it since
        _take_over(claim=claim, submission=submission, setu_id=submission.setu_id, setu=setu)
        return
    signers = list(request.signers.order_by("no"))
    earlier = submission.setu_document_id  # uploaded by a run that did not get to its end
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
        else:
            _refused(claim=claim, request=request, refusal=refusal)
        return
    except SetuUnavailable as error:
        _create_failed(claim=claim, submission=submission, maybe_done=error.maybe_done)
        raise
    submission_open(claim=claim, submission=submission, seen=seen)


@transaction.atomic
def _submission(*, claim: jobs.Claim, request: SignatureRequest) -> Submission:
    """The submission to go on with. One whose create was sent without a known outcome is given up."""
    request_locked(request)
    jobs.hold(claim)
    current = submission_current(request=request)
    ours = account_fingerprint()
    if current and (current.setu_id or (current.create_sent_at is None and current.account == ours)):
        return current
    if current:
        current.orphaned_at = database_now()
        current.save(update_fields=["orphaned_at"])
        log.warning("submission.orphaned", extra={"request_id": request.id, "no": current.no})
    last = Submission.objects.filter(request=request).order_by("-no").values_list("no", flat=True).first()
    return Submission.objects.create(request=request, no=(last or 0) + 1, account=ours)


def _take_over(*, claim: jobs.Claim, submission: Submission, setu_id: str, setu: SetuClient) -> None:
    try:
        seen = setu.signature(setu_id)
    except SetuNotFound:  # withdrawn before anybody got a link: the next try asks afresh
        with transaction.atomic():
            request_locked(submission.request)
            submission.orphaned_at = submission.deleted_at = database_now()
            submission.save(update_fields=["orphaned_at", "deleted_at"])
            jobs.settle(claim, next_in=0.0)
        return
    submission_open(claim=claim, submission=submission, seen=seen)


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
    """Take back the mark when the create certainly did nothing; else the next try gives the submission up."""
    request_locked(submission.request)
    jobs.hold(claim)
    if submission.create_sent_at and not maybe_done:
        submission.create_sent_at = None
        submission.save(update_fields=["create_sent_at"])


@transaction.atomic
def _give_up(*, claim: jobs.Claim, submission: Submission) -> None:
    """Setu does not take a document that was uploaded some time ago. It may have been used since (a restored
    database does not know), so the next try uploads afresh; what it refuses then is the document itself."""
    request_locked(submission.request)
    jobs.hold(claim)
    submission.orphaned_at = database_now()
    submission.save(update_fields=["orphaned_at"])
    log.warning("submission.orphaned", extra={"request_id": submission.request_id, "no": submission.no})
    jobs.settle(claim, next_in=0.0)


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


def submission_open(*, claim: jobs.Claim, submission: Submission, seen: SetuSignature) -> None:
    """Record that the submission is open at Setu, with its signers' links; settles the claim."""
    try:
        _open(claim=claim, submission=submission, seen=seen)
    except jobs.LeaseLost:
        # Somebody else goes on with the request; what we have just made at Setu must not stay there.
        _remember(submission=submission, setu_id=seen.id)
        raise
    except DATABASE_ERRORS:
        with contextlib.suppress(
            *DATABASE_ERRORS
        ):  # the next try goes on with what was made, if we can keep its id
            _remember(submission=submission, setu_id=seen.id)
        raise


@transaction.atomic
def _remember(*, submission: Submission, setu_id: str) -> None:
    request_locked(submission.request)
    Submission.objects.filter(id=submission.id, setu_id__isnull=True).update(setu_id=setu_id)
    jobs.ring(REQUEST_JOB, subject=submission.request_id, cause="adoption", rested=True)


@transaction.atomic
def _open(*, claim: jobs.Claim, submission: Submission, seen: SetuSignature) -> None:
    request, now = request_locked(submission.request), database_now()
    jobs.hold(claim)  # before the stage is touched: a faster holder may have moved it already
    by_identifier = {signer.identifier: signer for signer in seen.signers}
    signers = list(request.signers.all())
    submission.setu_id = seen.id
    setu_ids = {by_identifier[s.id.hex].id for s in signers if s.id.hex in by_identifier}
    if len(setu_ids) < len(signers):
        submission.orphaned_at = now  # not what we asked for: the driver deletes it, and we ask again
        submission.save(update_fields=["setu_id", "orphaned_at"])
        jobs.settle(claim, next_in=jobs.backoff(claim), failure="Setu answered with other signers")
        return
    submission.save(update_fields=["setu_id"])
    SignerLink.objects.bulk_create(
        SignerLink(submission=submission, signer=signer, setu_signer_id=found.id, url=found.url or "")
        for signer in signers
        for found in (by_identifier[signer.id.hex],)
    )
    stage_move(request, Stage.SUBMITTED)
    status_refresh(request)
    request.bucket_at = None  # a failed try's wait is over
    request.save(update_fields=["stage", "status", "bucket_at"])
    event_append(chain=request.id, kind="request.submitted", submission=submission.no)
    planned = schedule.next_look(now=now, created_at=request.created_at, activity_at=request.activity_at)
    jobs.settle(claim, next_in=0.0 if request.is_cancelling else planned, planned=True)


@transaction.atomic
def _refused(*, claim: jobs.Claim, request: SignatureRequest, refusal: SetuRefused) -> None:
    request = request_locked(request)
    log.error(
        "submit.refused", extra={"request_id": request.id, "status": refusal.status, "code": refusal.code}
    )
    request_end(request, ending=Status.FAILED, reason="refused_by_setu", now=database_now())
    request.save()
    event_append(chain=request.id, kind="request.failed", reason="refused_by_setu", code=refusal.code)
    jobs.settle(claim, next_in=after_the_end(request))
