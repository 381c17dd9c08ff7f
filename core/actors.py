"""The people's part's door of the queue, and the clock's lane."""

import dramatiq

from core import doorbell, jobs, retention, work


@work.actor("core.purge", queue="upkeep", lease=60)  # s: a run ≤ 20, its last batch ≤ 20, + 15
def purge(claim: jobs.Claim) -> None:
    """Do away with what has been kept long enough. Settles the claim itself."""
    retention.purge_by_clock(claim)


@dramatiq.actor(
    actor_name=doorbell.TURN,
    queue_name=doorbell.CLOCK_QUEUE,
    time_limit=290_000,  # ms: its own time and slot, and the longest limit of a job
    max_age=120_000,  # ms: those a busy worker has not come to are dropped; the next tick sends others
    notify_shutdown=True,
)
def turn() -> None:
    """Work what is due, the longest due first, at the clock's pace."""
    work.run_turn()
