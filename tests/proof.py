"""How often a property is tried: a hundredth of the full count in `make test`, all of it in `make proof`."""

import os

from hypothesis import HealthCheck, settings

FULL = bool(os.environ.get("PROOF"))


def count(full: int) -> int:
    return full if FULL else max(1, full // 100)


def often(full: int, *, steps: int = 50) -> settings:
    """Hypothesis' settings for a property that is to hold `full` times; steps: of one stateful run."""
    return settings(
        max_examples=count(full),
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
