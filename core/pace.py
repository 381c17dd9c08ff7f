"""A steady pace over all processes: each caller takes the next slot from one row and is told how long to wait."""

from datetime import timedelta

from django.db import transaction

from core.clock import after, database_now
from core.models import Pace


@transaction.atomic
def slot(name: str, *, per_second: float) -> float:
    """Take the next slot; returns the seconds until it comes, 0 when it is now. Never waits itself."""
    Pace.objects.bulk_create([Pace(name=name, next_at=after(0))], ignore_conflicts=True)
    row = Pace.objects.select_for_update().get(name=name)
    now = database_now()
    taken = max(row.next_at, now)
    row.next_at = taken + timedelta(seconds=1 / per_second)
    row.save(update_fields=["next_at"])
    return (taken - now).total_seconds()
