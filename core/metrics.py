"""What is measured, as Prometheus families. Each app registers its own; a scrape asks them all anew.

Everything is read from rows, so any web process may answer for all processes. Labels are few and known: kinds,
statuses and outcomes, never ids. Each gatherer makes a fixed number of statements, whatever the size.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import Error as AnyDatabaseError
from django.db.models import Count, Max, Min, Q
from django.db.models.functions import Now
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from core import doorbell, heartbeats
from core.clock import after, database_now
from core.models import Heartbeat, Job

PREFIX = "signflow_"
Values = Mapping[Any, float]  # by a tuple of the labels' values
Gatherer = Callable[[], Iterable[Metric]]
GATHERERS: list[Gatherer] = []


def register(gatherer: Gatherer) -> Gatherer:
    GATHERERS.append(gatherer)
    return gatherer


def gauge(name: str, says: str, values: Values, *labels: str) -> Metric:
    family = GaugeMetricFamily(PREFIX + name, says, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def counter(name: str, says: str, values: Values, *labels: str) -> Metric:
    family = CounterMetricFamily(PREFIX + name, says, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


class _Gathered(Collector):
    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        return self._families


def scrape() -> bytes:
    """Prometheus' text. With the database down it says that, and nothing else."""
    families: list[Metric] = []
    try:
        for gatherer in GATHERERS:
            families += gatherer()
        up = 1.0
    except AnyDatabaseError:
        families, up = [], 0.0
    families.append(gauge("database_up", "1 if the database answers.", {(): up}))
    registry = CollectorRegistry()
    registry.register(_Gathered(families))
    return generate_latest(registry)


@register
def jobs() -> Iterable[Metric]:
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=Now())
    due = free & Q(due_at__lte=Now(), dead_at__isnull=True)
    rows = Job.objects.values("kind").annotate(
        due=Count("id", filter=due),
        leased=Count("id", filter=Q(leased_until__gte=Now())),
        failing=Count("id", filter=Q(failures__gt=0, dead_at__isnull=True)),
        dead=Count("id", filter=Q(dead_at__isnull=False)),
        oldest=Min("due_at", filter=due),
    )
    by_kind: dict[str, dict[str, Any]] = {row["kind"]: {**row} for row in rows}
    now = database_now()
    says = {
        "due": "Jobs that wait for a worker.",
        "leased": "Jobs that are being worked.",
        "failing": "Jobs whose last try failed; they are tried again.",
        "dead": "Jobs that crashed five times and wait for a person.",
    }
    kinds = sorted({*by_kind, *doorbell.KINDS})
    for word, text in says.items():
        values = {(kind,): float(by_kind[kind][word] if kind in by_kind else 0) for kind in kinds}
        yield gauge(f"jobs_{word}", text, values, "kind")
    waits = [(now - row["oldest"]).total_seconds() for row in by_kind.values() if row["oldest"]]
    yield gauge(
        "jobs_oldest_due_seconds", "For how long the oldest due job has waited.", {(): max([0.0, *waits])}
    )


@register
def signs_of_life() -> Iterable[Metric]:
    clock = Q(name=heartbeats.CLOCK)
    worker = Q(name__startswith=heartbeats.WORKER)
    found = Heartbeat.objects.aggregate(
        clock=Max("at", filter=clock),
        worker=Max("at", filter=worker),
        workers=Count("name", filter=worker & Q(at__gte=after(-heartbeats.WORKER_SILENT_SECONDS))),
    )
    now = database_now()
    ages = {
        (part,): max(0.0, (now - found[part]).total_seconds()) for part in ("clock", "worker") if found[part]
    }
    yield gauge("heartbeat_age_seconds", "Since the part last showed that it is alive.", ages, "part")
    yield gauge("workers_alive", "Worker processes that lately did.", {(): float(found["workers"])})
