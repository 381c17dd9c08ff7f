"""Which failure an answer from Setu is. The one place that reads statuses, headers and error bodies.

Setu's envelope is {"error": {"code", "detail", "traceId"}}, but a proxy in front of it may answer in HTML or
with nothing at all (SetuHQ/docs content/data/esign/quickstart.mdx).
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from .errors import SetuDenied, SetuError, SetuNotFound, SetuRefused, SetuUnavailable

RETRY_AFTER_CAP = 3600.0  # seconds

# Codes are written to logs, so only what looks like a code passes for one.
CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
TRACE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")

# A proxy's way of saying "later", though they are 4xx.
LATER = frozenset({408, 425, 429})


def error_of(*, status: int, headers: httpx.Headers, body: bytes) -> SetuError | None:
    """The error an answer stands for; None for any 2xx: Setu's pages disagree on the exact one."""
    if 200 <= status < 300:
        return None
    envelope = _envelope(body)
    trace_id = _matching(TRACE_ID, (envelope or {}).get("traceId"))
    if status in (401, 403):
        return SetuDenied("denied", status=status, maybe_done=False, trace_id=trace_id)
    if status == 404 and envelope is None:
        # Not Setu speaking: a gateway, or a wrong address of ours. Nobody may conclude that a request is
        # gone.
        return SetuUnavailable("not found, but not by Setu", status=status, maybe_done=False)
    if 400 <= status < 500 and status not in LATER:
        kind = SetuNotFound if status == 404 else SetuRefused
        return kind(
            status=status,
            code=_matching(CODE, (envelope or {}).get("code")),
            detail=_text((envelope or {}).get("detail")),
            trace_id=trace_id,
        )
    return SetuUnavailable(
        "busy" if status == 429 else "redirected" if status < 400 else "failed",
        status=status,
        # A redirect or a fault tells nothing about what happened behind it.
        maybe_done=status != 429,
        retry_after=retry_after_of(headers),
        trace_id=trace_id,
    )


def retry_after_of(headers: httpx.Headers) -> float | None:
    """Retry-After in seconds, 0 to 3600; None when absent or unreadable."""
    value = headers.get("retry-after", "").strip()
    # isdecimal() alone lets other scripts' digits pass; nine are ample.
    if value.isascii() and value.isdecimal():
        return min(float(value[:9]), RETRY_AFTER_CAP)
    until = _http_date(value)
    if until is None:
        return None
    # Measured on the sender's clock if it tells, so that our skew does not count.
    now = _http_date(headers.get("date", "")) or datetime.now(UTC)
    return min(max((until - now).total_seconds(), 0.0), RETRY_AFTER_CAP)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _envelope(body: bytes) -> Mapping[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else None


def _matching(pattern: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""


def _text(value: object) -> str:
    return value.replace("\0", "")[:500] if isinstance(value, str) else ""
