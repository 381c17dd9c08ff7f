"""Signs of life as rows: a clock or a worker that stopped is seen by the others, and by `/readyz`."""

from django.db.models.functions import Now

from core.clock import after, database_now
from core.models import Heartbeat

CLOCK = "clock"
WORKER = "worker:"  # + host and process id
WORKER_SILENT_SECONDS = 60.0  # s; one beats every ten
CLOCK_SILENT_SECONDS = 180.0  # s without a tick until workers ring what is due themselves
FORGOTTEN_SECONDS = 3600.0


def beat(name: str) -> None:
    """Say that `name` is alive. Repeating is safe."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": Now()}, create_defaults={"at": Now()})


def beat_if_silent(name: str, *, seconds: float) -> bool:
    """Beat for `name` if nobody has for so long; True for the one caller that did."""
    Heartbeat.objects.bulk_create([Heartbeat(name=name, at=after(-seconds - 1))], ignore_conflicts=True)
    return bool(Heartbeat.objects.filter(name=name, at__lt=after(-seconds)).update(at=Now()))


def silent_for(prefix: str) -> float | None:
    """Seconds since the latest beat of a name that begins so; None if there never was one."""
    latest = (
        Heartbeat.objects.filter(name__startswith=prefix).order_by("-at").values_list("at", flat=True).first()
    )
    return (database_now() - latest).total_seconds() if latest else None


def forget_old() -> None:
    """Drop processes that are long gone."""
    Heartbeat.objects.filter(name__startswith=WORKER, at__lt=after(-FORGOTTEN_SECONDS)).delete()
