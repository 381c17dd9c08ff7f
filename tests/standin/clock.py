"""The stand-in's time: everything that expires asks this clock, so tests wait for nothing."""

import threading
from datetime import UTC, datetime, timedelta, timezone

IST = timezone(timedelta(hours=5, minutes=30))


class Clock:
    """Real time plus an offset, or, with `start`, a clock that stands still until it is advanced.

    A standing clock moves by one microsecond at each reading: two notifications never share a
    timeStamp, as they would not at Setu.
    """

    def __init__(self, start: datetime | None = None) -> None:
        if start is not None and start.tzinfo is None:
            raise ValueError("start needs a time zone")
        self._start = start
        self._offset = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The present moment, in UTC."""
        with self._lock:
            if self._start is None:
                return datetime.now(UTC) + self._offset
            self._offset += timedelta(microseconds=1)
            return self._start.astimezone(UTC) + self._offset

    def later(self, seconds: float) -> datetime:
        """The moment that many seconds from now; negative: before now."""
        return self.now() + timedelta(seconds=seconds)

    @property
    def offset(self) -> float:
        """Seconds by which the clock was moved."""
        with self._lock:
            return self._offset.total_seconds()

    def advance(self, seconds: float) -> None:
        """Move forward (or back, if negative)."""
        with self._lock:
            self._offset += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Forget every advance."""
        with self._lock:
            self._offset = timedelta()


def api_time(moment: datetime) -> str:
    """As in `validUpto`: seconds, +05:30."""
    return moment.astimezone(IST).isoformat(timespec="seconds")


def notice_time(moment: datetime) -> str:
    """As in a notification's `timeStamp`: microseconds, +05:30."""
    return moment.astimezone(IST).isoformat(timespec="microseconds")


def audit_time(moment: datetime) -> str:
    """As in the audit's `createdAt`: microseconds, no zone (we write Indian time)."""
    return moment.astimezone(IST).strftime("%Y-%m-%d %H:%M:%S.%f")
