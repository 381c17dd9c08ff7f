"""The clock's work: have what is due and was missed worked. Once a minute in all, however many clocks there are."""

from core import doorbell, heartbeats, jobs, throttle
from core.minutely import minute_over

# s between two ticks; a clock that starts in mid-minute ticks at once and then on the minute.
TICK_SECONDS_MIN = 25.0
TURNS_MAX = 10  # at a tick; each goes on as long as there is work, and what finds no place is dropped
STAND_IN = "stand-in"  # must not begin as the clock's name does: its beats are no clock's
STAND_IN_SECONDS = 50.0  # s; workers come by every ten, so that it ticks about once a minute


def sweep_by_clock() -> int | None:
    """A minute clock's tick. Returns what `sweep` does; None where another clock was faster."""
    return _tick(heartbeats.CLOCK, seconds=TICK_SECONDS_MIN)


def sweep_without_clock() -> int:
    """A worker's tick, when no clock has ticked for three minutes; otherwise nothing."""
    silent = heartbeats.silent_for(heartbeats.CLOCK)
    if silent is not None and silent < heartbeats.CLOCK_SILENT_SECONDS:
        return 0
    return _tick(STAND_IN, seconds=STAND_IN_SECONDS) or 0


def sweep() -> int:
    """Send a turn for each job that is due, few at most: they go on by themselves. Returns how many left."""
    sent = 0
    for _ in jobs.longest_due(limit=TURNS_MAX):
        if not doorbell.send_turn():
            break
        sent += 1
    return sent


def _tick(name: str, *, seconds: float) -> int | None:
    """All that a minute asks for, unless somebody of that name has done it within `seconds`: None then."""
    if not heartbeats.beat_if_silent(name, seconds=seconds):
        return None
    sent = sweep()  # first: whatever is wrong with the rest keeps no work waiting
    minute_over()
    heartbeats.forget_old()
    throttle.forget_old()
    return sent
