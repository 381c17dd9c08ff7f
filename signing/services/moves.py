"""The only places where a request's stage changes. The caller holds the row's lock and saves the row."""

from collections.abc import Iterable
from datetime import datetime

from signing.models import SignatureRequest
from signing.states import Stage, Status, may_move, status_of


def request_locked(request: SignatureRequest) -> SignatureRequest:
    """The row as it is now, locked until the transaction ends."""
    return SignatureRequest.objects.select_for_update().get(id=request.id)


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
