"""Time as the database has it: servers' clocks differ, and leases and due times must not."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils.dateparse import parse_datetime
from django.utils.timezone import make_aware


def after(seconds: float) -> Combinable:
    """An expression for `seconds` from now, by the database's clock. Negative values lie in the past."""
    return ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=DateTimeField())


def database_now() -> datetime:
    """The database's time, UTC."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')" if sqlite else "SELECT STATEMENT_TIMESTAMP()"
        )
        (now,) = cursor.fetchone()
    if isinstance(now, datetime):
        return now
    parsed = parse_datetime(now)
    assert parsed is not None  # noqa: S101  # SQLite's own format
    return make_aware(parsed)
