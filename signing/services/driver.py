"""What a request needs from outside, one step at a time: submit, look, archive, cancel. One driver, one flight (D3)."""

import logging

from django.db import transaction

from core import jobs
from core.clock import database_now
from signing.models import SignatureRequest
from signing.selectors import submission_current
from signing.services import schedule
from signing.services.archive import request_archive
from signing.services.cancel import cancel_at_setu, cancel_here, cancels_here
from signing.services.look import request_look
from signing.services.moves import BACKOFF_MAX, failure_wait
from signing.services.orphans import orphan_due, orphan_of, orphan_rest
from signing.services.submit import request_submit
from signing.services.superseded import orphan_end
from signing.setu.client import SetuClient
from signing.setu.errors import SetuDenied, SetuError, SetuUnavailable
from signing.setu_provider import account_fingerprint
from signing.states import Stage

log = logging.getLogger(__name__)
ADOPTION = "adoption"  # the cause of the ring that follows it
OTHER_ACCOUNT_SECONDS = 3600.0
# s between two tries where one may leave something at Setu: an upload its document, a create without any answer a
# request. Longer than BACKOFF_MAX, and still within two minutes of Setu's return (R19).
UNSURE_BACKOFF_MAX = 100.0


def request_drive(*, claim: jobs.Claim, setu: SetuClient) -> None:
    """Do the request's next step. The claim is settled in any case but LeaseLost or an unforeseen error."""
    request = SignatureRequest.objects.select_related("document").get(id=claim.subject)
    try:
        _step(claim=claim, request=request, setu=setu)
    except SetuError as error:
        _failed(claim=claim, request=request, error=error)
    except FileNotFoundError:
        raise  # a file that is gone does not come back by itself
    except OSError as error:
        _storage_failed(claim=claim, request=request, error=error)


def _step(*, claim: jobs.Claim, request: SignatureRequest, setu: SetuClient) -> None:
    orphan = orphan_of(request)
    if orphan and not orphan_rest(orphan):
        if orphan_end(claim=claim, orphan=orphan, setu=setu):
            return
        request.refresh_from_db()  # that took a call to Setu: somebody may have cancelled meanwhile
    submission = submission_current(request=request)
    # Somebody has named what a lost answer left at Setu: the back-off of what failed before is no reason to wait.
    found = request.stage == Stage.QUEUED and submission and submission.setu_id and claim.cause == ADOPTION
    wait = 0.0 if found else _wait(claim=claim, request=request)
    if cancels_here(request, submission):
        cancel_here(claim=claim, request=request)
    elif request.stage not in (Stage.QUEUED, Stage.SUBMITTED, Stage.ARCHIVING):
        _settle(claim, next_in=orphan_due(request))
    elif submission and submission.setu_id and submission.account != account_fingerprint():
        log.error("request.other_account", extra={"request_id": request.id})
        due = min(OTHER_ACCOUNT_SECONDS, orphan_due(request) or OTHER_ACCOUNT_SECONDS)
        _settle(claim, next_in=due, failure="The request belongs to another Setu account")
    elif wait:
        with transaction.atomic():
            jobs.postpone(claim, seconds=wait)
    elif request.stage == Stage.QUEUED:
        request_submit(claim=claim, request=request, setu=setu)
    elif submission is None:
        _settle(claim, next_in=None)
    elif request.is_cancelling:
        cancel_at_setu(claim=claim, request=request, submission=submission, setu=setu)
    elif request.stage == Stage.SUBMITTED:
        request_look(claim=claim, request=request, submission=submission, setu=setu)
    else:
        request_archive(claim=claim, request=request, submission=submission, setu=setu)


def _wait(*, claim: jobs.Claim, request: SignatureRequest) -> float:
    """Seconds until Setu may be asked again: looks have their bucket, a failed step its back-off, whoever rings."""
    if request.stage == Stage.SUBMITTED or claim.failures or request.gone_at:
        return schedule.bucket_wait(request.bucket_at, now=database_now())
    return 0.0


def _storage_failed(*, claim: jobs.Claim, request: SignatureRequest, error: OSError) -> None:
    """The disk is full, or the storage away: it heals, and then the request goes on."""
    log.error("storage.unavailable", extra={"request_id": request.id, "error": type(error).__name__})
    wait = jobs.backoff(claim)
    with transaction.atomic():
        failure_wait(request=request, seconds=wait)
        jobs.settle(claim, next_in=wait, failure="The file storage does not work just now")


def _failed(*, claim: jobs.Claim, request: SignatureRequest, error: SetuError) -> None:
    """Setu did not answer as hoped: try again later. It says nothing about the request's own state."""
    fields = {
        "request_id": request.id,
        "stage": request.stage,
        "error": str(error),
        "trace_id": error.trace_id,
    }
    if isinstance(error, SetuUnavailable) and not isinstance(error, SetuDenied):
        log.warning("setu.unavailable", extra=fields)
    else:
        log.error("setu.denied" if isinstance(error, SetuDenied) else "setu.unexpected", extra=fields)
    asked_to_wait = (error.retry_after or 0.0) if isinstance(error, SetuUnavailable) else 0.0
    wait = max(asked_to_wait, jobs.backoff(claim, most=_backoff_max(request, error=error)))
    with transaction.atomic():
        failure_wait(request=request, seconds=wait)
        jobs.settle(claim, next_in=wait, failure=str(error))


def _backoff_max(request: SignatureRequest, *, error: SetuError) -> float | None:
    """None for an upload or a create that Setu refuses: an account's trouble, which does not pass by the minute."""
    if request.stage != Stage.QUEUED:
        return BACKOFF_MAX
    if not isinstance(error, SetuUnavailable):
        return None
    submission = submission_current(request=request)
    create_answered = error.status and submission and submission.setu_document_id
    return BACKOFF_MAX if create_answered else UNSURE_BACKOFF_MAX


@transaction.atomic
def _settle(claim: jobs.Claim, *, next_in: float | None, failure: str = "") -> None:
    jobs.settle(claim, next_in=next_in, failure=failure)
