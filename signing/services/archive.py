"""Bringing the signed file home: fetched, checked, stored, and only then `sign_complete` (architecture: D5)."""

import hashlib
import logging

from django.conf import settings
from django.db import transaction

from core import jobs
from core.blobs import blob_store
from core.clock import database_now
from core.events import event_append
from core.storage import blob_read
from signing import setu_provider
from signing.models import SignatureRequest, SignedFile, Submission
from signing.pdf import binding, sandbox, verify
from signing.services.look import gone_apply, snapshot_merge
from signing.services.moves import (
    BACKOFF_MAX,
    failure_wait,
    request_end,
    request_locked,
    stage_move,
    status_refresh,
)
from signing.services.orphans import orphan_due
from signing.setu.client import SetuClient
from signing.setu.errors import SetuNotFound
from signing.setu.wire import SetuSignature
from signing.states import SETU_SIGNED, Stage, Status

log = logging.getLogger(__name__)
ALIKE_MAX = 5  # times that the same file fails the check until a person has to decide
# Sentences of the API begin with them.
NO_FILE = "Setu answered that it knows this request but has no signed file of it"
STARVED = "The signed file cannot be compared now, as the machine is too busy"


def request_archive(
    *, claim: jobs.Claim, request: SignatureRequest, submission: Submission, setu: SetuClient
) -> None:
    """Fetch, check and store the signed file; settles the claim. Safe to repeat: there is one file per request.

    Raises SetuUnavailable, SetuRefused (not ready yet), LinkRefused, LeaseLost; nothing is written then.
    """
    assert submission.setu_id is not None  # noqa: S101  # the driver archives submitted requests only
    try:
        link = setu.download_link(submission.setu_id)
    except SetuNotFound:
        _no_file(claim=claim, request=request, submission=submission, setu=setu)
        return
    _see_signers(claim=claim, request=request, submission=submission, setu=setu)
    content = setu_provider.signed_bytes(link.url)
    jobs.renew(claim)  # checking, and then storing, on a storage that may be slow, have a lease of their own
    try:
        proof = verify.pdf_verify(content, signatures=request.signers.filter(setu_status=SETU_SIGNED).count())
        _compare(content, proof=proof, request=request)
    except verify.NotReadable as error:
        log.warning("archive.not_readable", extra={"request_id": request.id, "reason": error.reason})
        wait = jobs.backoff(claim, most=BACKOFF_MAX)
        _again(claim=claim, request=request, wait=wait, failure=f"The signed file is {error.reason}")
        return
    except sandbox.Starved as error:
        log.error("archive.starved", extra={"request_id": request.id, "reason": error.reason})
        _again(claim=claim, request=request, wait=jobs.backoff(claim), failure=STARVED)
        return
    except verify.NotProven as error:
        _check_failed(claim=claim, request=request, content=content, code=error.reason_code)
        return
    jobs.renew(claim)
    blob = blob_store(organization_id=request.organization_id, content=content)
    _completed(claim=claim, request=request, content=content, blob=blob, signatures=len(proof.signatures))


def _compare(content: bytes, *, proof: verify.PdfProof, request: SignatureRequest) -> None:
    """Raises NotProven, the file is not the document that was sent, or Starved, nothing is known; neither where the
    setting lets such a file pass. OSError: the storage fails just now.
    """
    try:
        original = _original(request)
        binding.pdf_bind(content, proof=proof, original=original, pages=request.document.pages)
    except (verify.NotProven, sandbox.Starved) as error:
        if settings.SIGNED_FILE_MUST_MATCH:
            raise
        reason = error.reason_code if isinstance(error, verify.NotProven) else error.reason
        log.error("archive.not_compared", extra={"request_id": request.id, "reason": reason})


def _original(request: SignatureRequest) -> bytes:
    try:
        return blob_read(request.document.blob)
    except FileNotFoundError:
        log.error("archive.original_lost", extra={"request_id": request.id})
        raise verify.NotProven("not_comparable", "What was sent is no longer in the storage.") from None


def _no_file(
    *, claim: jobs.Claim, request: SignatureRequest, submission: Submission, setu: SetuClient
) -> None:
    """Only a request that Setu does not know either is gone: one that it knows has its file soon, or again."""
    assert submission.setu_id is not None  # noqa: S101
    try:
        seen = setu.signature(submission.setu_id)
    except SetuNotFound:
        gone_apply(request=request, claim=claim)
        return
    log.error("archive.no_file", extra={"request_id": request.id, "status": seen.status})
    wait = jobs.backoff(claim, most=BACKOFF_MAX)
    with transaction.atomic():
        _found(request_locked(request), claim=claim, submission=submission, seen=seen)
        _again(claim=claim, request=request, wait=wait, failure=NO_FILE)


@transaction.atomic
def _again(*, claim: jobs.Claim, request: SignatureRequest, wait: float, failure: str) -> None:
    """Fetch the file once more later: this try says nothing about it."""
    failure_wait(request=request, seconds=wait)
    jobs.settle(claim, next_in=wait, failure=failure)


def _see_signers(
    *, claim: jobs.Claim, request: SignatureRequest, submission: Submission, setu: SetuClient
) -> None:
    """Setu's word for the request may come before its words for the signers: as many signatures are expected as
    it shows signers signed now. Also, Setu knows the request, so an earlier 404 counts no more."""
    assert submission.setu_id is not None  # noqa: S101
    late = request.signers.exclude(setu_status=SETU_SIGNED).exists()
    seen = setu.signature(submission.setu_id) if late else None
    if seen is None and request.gone_at is None:
        return
    with transaction.atomic():
        _found(request_locked(request), claim=claim, submission=submission, seen=seen)


def _found(
    request: SignatureRequest, *, claim: jobs.Claim, submission: Submission, seen: SetuSignature | None
) -> None:
    """Setu knows the request, so an earlier 404 counts no more. The caller holds the request's lock."""
    jobs.hold(claim)
    if seen:
        snapshot_merge(seen=seen, request=request, submission=submission, claim=claim)
    request.gone_at = None
    request.save()


@transaction.atomic
def _completed(
    *, claim: jobs.Claim, request: SignatureRequest, content: bytes, blob: str, signatures: int
) -> None:
    request = request_locked(request)
    jobs.hold(claim)  # before the row that there is only one of
    file = SignedFile.objects.create(
        request=request,
        blob=blob,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        signatures=signatures,
    )
    request_end(request, ending=Status.SIGN_COMPLETE, now=database_now())
    request.save()
    event_append(chain=request.id, kind="request.completed", sha256=file.sha256, signatures=signatures)
    jobs.settle(claim, next_in=orphan_due(request))


@transaction.atomic
def _check_failed(*, claim: jobs.Claim, request: SignatureRequest, content: bytes, code: str) -> None:
    """The same file failing five times is quarantined; a changed one starts the count again."""
    request = request_locked(request)
    jobs.hold(claim)
    digest = hashlib.sha256(content).hexdigest()
    request.bad_file_times = request.bad_file_times + 1 if request.bad_file == digest else 1
    request.bad_file = digest
    log.error("archive.check_failed", extra={"request_id": request.id, "reason": code})
    if request.bad_file_times >= ALIKE_MAX:
        stage_move(request, Stage.QUARANTINED)
        request.ending_reason = code
        status_refresh(request)
        event_append(chain=request.id, kind="request.quarantined", reason=code, sha256=digest)
    request.save()
    if request.stage == Stage.QUARANTINED:
        jobs.settle(claim, next_in=orphan_due(request))
        return
    wait = jobs.backoff(claim)
    failure_wait(request=request, seconds=wait)
    jobs.settle(claim, next_in=wait, failure=f"The signed file failed the check: {code}")
