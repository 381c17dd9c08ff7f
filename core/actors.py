"""The people's part's door of the queue."""

from core import jobs, retention, work


@work.actor("core.purge", queue="upkeep", lease=60)  # s: a run ≤ 20, its last batch ≤ 20, + 15
def purge(claim: jobs.Claim) -> None:
    """Do away with what has been kept long enough. Settles the claim itself."""
    retention.purge_by_clock(claim)
