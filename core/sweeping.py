"""The clock's work: ring what is due and was missed. Once a minute in all, however many clocks there are."""

from django.conf import settings

from core import heartbeats, jobs, throttle

TICK_SECONDS_MIN = (
    25.0  # s between two sweeps; a clock that starts in mid-minute ticks at once and then on the minute
)
STAND_IN = "clock:stand-in"


def sweep_by_clock() -> int | None:
    """A minute clock's tick. Returns the number of jobs rung; None where another clock was faster."""
    if not heartbeats.beat_if_silent(heartbeats.CLOCK, seconds=TICK_SECONDS_MIN):
        return None
    heartbeats.forget_old()
    throttle.forget_old()
    return _sweep()


def sweep_without_clock() -> int:
    """A worker's sweep, when no clock has ticked for three minutes; otherwise nothing."""
    silent = heartbeats.silent_for(heartbeats.CLOCK)
    if silent is not None and silent < heartbeats.CLOCK_SILENT_SECONDS:
        return 0
    return _sweep() if heartbeats.beat_if_silent(STAND_IN, seconds=TICK_SECONDS_MIN) else 0


def _sweep() -> int:
    return jobs.sweep(limit=60 * settings.CLOCK_GETS_PER_SECOND)  # the lane's own pace spreads them
