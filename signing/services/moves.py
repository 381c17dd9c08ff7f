"""The only places where a request's stage changes. The caller holds the row's lock and saves the row."""

from collections.abc import Iterable
from datetime import datetime

from core.clock import database_now
from core.events import event_append
from signing.models import SignatureRequest
from signing.services import schedule
from signing.states import Stage, Status, may_move, status_of

BACKOFF_MAX = 60.0  # s between two tries, so that what only reads goes on soon after Setu's return (R19)


def request_locked(request: SignatureRequest) -> SignatureRequest:
    """The row as it is now, locked until the transaction ends.

    Taken before the rows below it and before the job's, so that no two transactions wait for each other.
    """
    return SignatureRequest.objects.select_for_update(no_key=True).get(id=request.id)


def stage_move(request: SignatureRequest, new: Stage) -> None:
    """Raises ValueError for a move the table does not know: that is a fault of ours."""
    old = Stage(request.stage)
    if not may_move(old=old, new=new):
        raise ValueError(f"A request cannot move from {old} to {new}.")
    request.stage = new


def status_refresh(request: SignatureRequest, *, signer_statuses: Iterable[str] = ()) -> None:
    """Recompute what users see. signer_statuses: Setu's words; only a submitted request needs them."""
    request.status = status_of(
        stage=request.stage,
        ending=request.ending,
        setu_status=request.setu_status,
        signer_statuses=signer_statuses,
    )


def request_end(request: SignatureRequest, *, ending: Status, reason: str = "", now: datetime) -> None:
    stage_move(request, Stage.ENDED)
    request.ending, request.ending_reason, request.ended_at = ending, reason, now
    request.hint = {}
    status_refresh(request)


def completion_move(request: SignatureRequest) -> None:
    """Setu says that everybody has signed: the file is to be fetched. It beats a decision of ours to end the
    request that is not carried out at Setu yet (architecture: D6)."""
    stage_move(request, Stage.ARCHIVING)
    if request.cancel_asked_at:
        request.cancel_asked_at, request.cancel_asked_by, request.cancel_reason = None, None, ""
        event_append(chain=request.id, kind="request.cancel_overruled")


def failure_wait(*, request: SignatureRequest, seconds: float) -> None:
    """Spare Setu after a failed step: a look costs one from the bucket, other steps wait whoever rings.

    Uploads leave orphans, and a file that fails its check five times is given up: neither may be hurried.
    """
    now = database_now()
    if request.stage == Stage.SUBMITTED:
        bucket_at = schedule.bucket_after(request.bucket_at, now=now)
    else:
        bucket_at = schedule.bucket_empty_for(seconds, now=now)
    SignatureRequest.objects.filter(id=request.id).update(bucket_at=bucket_at)
