"""The clock's work: have what is due and was missed worked. Once a minute in all, however many clocks there are."""

from core import doorbell, heartbeats, jobs, throttle

# s between two sweeps; a clock that starts in mid-minute ticks at once and then on the minute.
TICK_SECONDS_MIN = 25.0
TURNS_MAX = 10  # at a tick; each goes on as long as there is work, and what finds no place is dropped
STAND_IN = "clock:stand-in"


def sweep_by_clock() -> int | None:
    """A minute clock's tick. Returns what `sweep` does; None where another clock was faster."""
    if not heartbeats.beat_if_silent(heartbeats.CLOCK, seconds=TICK_SECONDS_MIN):
        return None
    heartbeats.forget_old()
    throttle.forget_old()
    return sweep()


def sweep_without_clock() -> int:
    """A worker's sweep, when no clock has ticked for three minutes; otherwise nothing."""
    silent = heartbeats.silent_for(heartbeats.CLOCK)
    if silent is not None and silent < heartbeats.CLOCK_SILENT_SECONDS:
        return 0
    return sweep() if heartbeats.beat_if_silent(STAND_IN, seconds=TICK_SECONDS_MIN) else 0


def sweep() -> int:
    """Send a turn for each job that is due, few at most: they go on by themselves. Returns how many left."""
    sent = 0
    for _ in jobs.longest_due(limit=TURNS_MAX):
        if not doorbell.send_turn():
            break
        sent += 1
    return sent
