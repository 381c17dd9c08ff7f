"""The doctor's question about what is not kept for ever, and what of it is measured."""

from collections.abc import Iterable

from prometheus_client.core import Metric

from core import counters, retention
from core.checks import Outcome, ok, register, warn
from core.clock import database_now
from core.metrics import counter, gauge
from core.metrics import register as measured

LATE_SECONDS = 2 * 86_400.0


def _age() -> float | None:
    runs = counters.totals(retention.RUNS)
    return max(0.0, (database_now() - runs[0].at).total_seconds()) if runs else None


@register("purge")
def purge() -> Outcome:
    age, fix = _age(), "Start clock and worker, or run `manage.py purge` once a day."
    if age is None:
        return warn("What has been kept long enough has never been purged.", fix)
    if age > LATE_SECONDS:
        return warn(f"The last whole purge was {age / 86_400:.0f} days ago.", fix)
    return ok(f"The last whole purge was {age / 3600:.0f} hours ago.")


@measured
def purges() -> Iterable[Metric]:
    age = _age()
    yield gauge(
        "purge_age_seconds", "Since the last whole purge.", {} if age is None else {(): round(age, 3)}
    )
    found = {(total.labels["what"],): float(total.value) for total in counters.totals(retention.PURGED)}
    yield counter("purged", "Rows that were purged.", found, "what")
