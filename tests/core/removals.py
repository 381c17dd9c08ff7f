"""What a removal is, and those of the clock's lane: who goes on where work, a turn or the clock itself ended early."""

from dataclasses import dataclass

JOBS, WORK, LANES, SWEEPING = "core/jobs.py", "core/work.py", "core/lanes.py", "core/sweeping.py"
ENDED, HEARTBEATS = "tests/core/test_turns_ended.py", "tests/core/test_heartbeats.py"


@dataclass(frozen=True)
class Removal:
    """rule: what no longer holds once `old` is `new` in `file`; tests: where that is noticed."""

    rule: str
    file: str
    old: str
    new: str
    tests: str


OF_THE_CLOCKS_LANE = [
    Removal(
        "a stand-in ticks for a silent clock",
        SWEEPING,
        "return _tick(STAND_IN, seconds=STAND_IN_SECONDS) or 0",
        "return 0",
        HEARTBEATS,
    ),
    Removal("a stand-in is no clock", SWEEPING, 'STAND_IN = "', 'STAND_IN = "clock:', HEARTBEATS),
    Removal(
        "a tick does the minute's work",
        SWEEPING,
        "    minute_over()\n",
        "",
        "tests/webhooks/test_adoption.py",
    ),
    Removal(
        "what the database failed in gets a turn",
        JOBS,
        "    if ended:\n        doorbell.turn_on_commit(delay=wait)\n",
        "",
        "tests/core/test_work.py",
    ),
    Removal(
        "it rests for a minute at most",
        JOBS,
        "min(backoff(claim), doorbell.DELAY_MAX)",
        "backoff(claim)",
        "tests/core/test_work.py",
    ),
    Removal(
        "what stumbled gets a turn",
        JOBS,
        "__name__):\n        doorbell.turn_on_commit(delay=wait)\n",
        "__name__):\n        pass\n",
        "tests/core/test_jobs_claim.py",
    ),
    Removal(
        "a turn that the database ended goes on",
        WORK,
        "exc_info=True)\n        lanes.turn_again()\n",
        "exc_info=True)\n",
        ENDED,
    ),
    Removal(
        "a turn that the worker's end ended goes on",
        WORK,
        "lanes.turn_again()\n                return\n            for",
        "return\n            for",
        "tests/core/test_jobs_sweep.py",
    ),
    Removal(
        "a turn without a place goes on elsewhere",
        WORK,
        "lanes.turn_again()  # to whoever has a place",
        "pass  # to whoever has a place",
        "tests/core/test_lanes.py",
    ),
    Removal(
        "one at a time comes again",
        LANES,
        "        if time.monotonic() < _again_at:\n            return\n",
        "",
        ENDED,
    ),
    Removal(
        "each job of a turn has its own limit",
        WORK,
        "with limited(step_seconds(doorbell.kind(name).lease)):",
        "with limited(9e9):",
        "tests/signflow/test_embedded.py",
    ),
    Removal(
        "a worker that starts takes up what is due",
        LANES,
        "        send_turn()  # what became due",
        "        pass  # what became due",
        "tests/core/test_lanes.py",
    ),
]
