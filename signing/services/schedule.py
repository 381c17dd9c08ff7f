"""When to look at Setu again: cost follows activity, not backlog. Pure functions of times, and settings."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from signing.merge import Seen
from signing.states import SETU_COMPLETE, SETU_SIGNED

ACTIVE = timedelta(minutes=15)  # a signing session at Setu lasts as long
WARM = timedelta(hours=1)
COLD_MAX = 36_000.0  # s; a fifth of jitter comes on top, and two looks a day are promised
FOLLOW_UPS = (1.0, 3.0, 10.0, 30.0)  # s after a callback whose claim Setu does not show yet
BUCKET_SECONDS = 10.0  # s; one look per so many seconds and request …
BUCKET_SIZE = 5  # … and so many at once


def next_look(*, now: datetime, created_at: datetime, activity_at: datetime | None) -> float | None:
    """Seconds until the next look at an open request; None where polling is switched off."""
    if not settings.ENABLE_SCHEDULER:
        return None
    if activity_at and now - activity_at < ACTIVE:
        return float(settings.CHECK_SECONDS_ACTIVE)
    if now - (activity_at or created_at) < WARM:
        return float(settings.CHECK_SECONDS_WARM)
    return min(float(settings.CHECK_SECONDS_COLD), COLD_MAX)


def follow_up(hint: dict[str, Any], *, shown: Seen) -> tuple[dict[str, Any], float | None]:
    """The hint to keep and the seconds until the next look, when a callback's claim is not shown yet."""
    if not hint or _is_shown(hint, shown=shown) or hint.get("tries", 0) >= len(FOLLOW_UPS):
        return {}, None
    tries = hint.get("tries", 0)
    return hint | {"tries": tries + 1}, FOLLOW_UPS[tries]


def _is_shown(hint: dict[str, Any], *, shown: Seen) -> bool:
    if hint.get("status") == SETU_COMPLETE and shown.status != SETU_COMPLETE:
        return False
    for signer_id, claimed in hint.get("signers", {}).items():
        signer = shown.signers.get(signer_id)
        if signer and signer.status != SETU_SIGNED and [signer.status, signer.err_code] != claimed:
            return False
    return True


def bucket_wait(bucket_at: datetime | None, *, now: datetime) -> float:
    """Seconds until the request's bucket allows a look; 0 when it allows one now."""
    if bucket_at is None:
        return 0.0
    free_at = bucket_at - timedelta(seconds=BUCKET_SECONDS * (BUCKET_SIZE - 1))
    return max(0.0, (free_at - now).total_seconds())


def bucket_after(bucket_at: datetime | None, *, now: datetime) -> datetime:
    """The bucket after one look was taken from it."""
    return max(bucket_at or now, now) + timedelta(seconds=BUCKET_SECONDS)


def bucket_empty_for(seconds: float, *, now: datetime) -> datetime:
    """A bucket that allows nothing for so long."""
    return now + timedelta(seconds=seconds + BUCKET_SECONDS * (BUCKET_SIZE - 1))
