"""The states of a request and of its signers, as data, and what users see of them.

`stage` is ours, `setu_status` is Setu's word, `status` is computed from both and stored for queries.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import TextChoices


class Stage(TextChoices):
    """How far we are with a request."""

    QUEUED = "queued"
    SUBMITTED = "submitted"
    ARCHIVING = "archiving"
    QUARANTINED = "quarantined"
    ENDED = "ended"


ALLOWED: dict[Stage, frozenset[Stage]] = {
    Stage.QUEUED: frozenset({Stage.SUBMITTED, Stage.ENDED}),
    Stage.SUBMITTED: frozenset({Stage.ARCHIVING, Stage.ENDED}),
    Stage.ARCHIVING: frozenset({Stage.QUARANTINED, Stage.ENDED}),
    Stage.QUARANTINED: frozenset({Stage.ARCHIVING, Stage.ENDED}),
    Stage.ENDED: frozenset(),
}


class Status(TextChoices):
    """What users see. The frontend knows `sign_complete`; everything else counts as unsigned there."""

    QUEUED = "queued"
    SIGN_INITIATED = "sign_initiated"
    SIGN_IN_PROGRESS = "sign_in_progress"
    SIGN_PENDING = "sign_pending"
    SIGN_COMPLETE = "sign_complete"
    QUARANTINED = "quarantined"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"


ENDINGS = frozenset({Status.SIGN_COMPLETE, Status.DECLINED, Status.CANCELLED, Status.EXPIRED, Status.FAILED})


class SignerStatus(TextChoices):
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    SIGNED = "signed"
    DECLINED = "declined"


# Setu's words (quickstart, "Signature request status"). Others are kept as they come and change no state.
SETU_COMPLETE = "sign_complete"
SETU_IN_PROGRESS = "sign_in_progress"
SETU_SIGNED = "signed"
SETU_SIGNER_IN_PROGRESS = "in_progress"
SETU_SIGNER_PENDING = "pending"
SETU_DECLINED = "signer_declined"  # an errCode; Setu has no status for it
SETU_WAITING = frozenset({"sign_initiated", "sign_pending"})  # nobody's signing session is open
SETU_WORDS = SETU_WAITING | {SETU_IN_PROGRESS, SETU_COMPLETE}


def may_move(*, old: Stage, new: Stage) -> bool:
    return new in ALLOWED[old]


def status_of(*, stage: str, ending: str, setu_status: str, signer_statuses: Iterable[str]) -> Status:
    """What users see. Pure; the only place that decides it.

    ending: the Status an ended request has. signer_statuses: Setu's words for the signers.
    """
    if stage == Stage.ENDED:
        return Status(ending)
    if stage == Stage.QUEUED:
        return Status.QUEUED
    if stage == Stage.QUARANTINED:
        return Status.QUARANTINED
    if stage == Stage.ARCHIVING:
        return Status.SIGN_PENDING
    if setu_status == SETU_IN_PROGRESS:
        return Status.SIGN_IN_PROGRESS
    return Status.SIGN_PENDING if SETU_SIGNED in signer_statuses else Status.SIGN_INITIATED


def signer_status_of(*, setu_status: str, err_code: str) -> SignerStatus:
    """What users see of a signer. A decline is Setu's error code on a signer who may still sign."""
    if setu_status == SETU_SIGNED:
        return SignerStatus.SIGNED
    if setu_status == SETU_SIGNER_IN_PROGRESS:
        return SignerStatus.IN_PROGRESS
    return SignerStatus.DECLINED if err_code == SETU_DECLINED else SignerStatus.PENDING


def is_cancelling(*, stage: str, asked_at: datetime | None) -> bool:
    """Whether a request's end is decided and not carried out yet."""
    return asked_at is not None and stage != Stage.ENDED


class StrayOutcome(TextChoices):
    """Whose an id turned out to be that somebody named and we did not know."""

    ADOPTED = "adopted"  # its request is ours, and the one that counts
    # Ours, and replaced by a newer one: removed at Setu unless somebody has signed it.
    SUPERSEDED = "superseded"
    SIGNED = "signed"  # replaced, and signed as well as the newer one: kept there until a person decides
    UNKNOWN = "unknown"


# Kinds of background work (declared in signing/actors.py).
REQUEST_JOB = "signing.request"
STRAY_JOB = "signing.stray"
