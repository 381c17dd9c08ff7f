"""Time as the database has it: servers' clocks differ, and leases and due times must not."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper, Func, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils.dateparse import parse_datetime
from django.utils.timezone import make_aware

SQLITE_FORMAT = "%Y-%m-%d %H:%M:%f"  # of Django's Now(): SQLite compares times as texts, digit by digit


def after(seconds: float) -> Combinable:
    """An expression for `seconds` from now, by the database's clock. Negative values lie in the past.

    On SQLite it is written as Now() is. Django's own sum has six digits after the second and Now() has three,
    so a job that is due now would not be due before the next millisecond.
    """
    if connection.vendor == "sqlite":
        parts = (Value(SQLITE_FORMAT), Value("now"), Value(f"{seconds:+.3f} seconds"))
        return Func(*parts, function="STRFTIME", output_field=DateTimeField())
    return ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=DateTimeField())


def sql_after(seconds: float) -> tuple[str, float | str]:
    """What `after` means, for SQL that is written by hand: the text, with one parameter, and its value."""
    if connection.vendor == "sqlite":
        return f"STRFTIME('{SQLITE_FORMAT}', 'now', %s)".replace("%", "%%").replace(
            "%%s", "%s"
        ), f"{seconds:+.3f} seconds"
    return "STATEMENT_TIMESTAMP() + MAKE_INTERVAL(secs => %s)", seconds


def database_now() -> datetime:
    """The database's time, UTC."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT STRFTIME('{SQLITE_FORMAT}', 'NOW')" if sqlite else "SELECT STATEMENT_TIMESTAMP()"
        )
        (now,) = cursor.fetchone()
    if isinstance(now, datetime):
        return now
    parsed = parse_datetime(now)
    assert parsed is not None  # noqa: S101  # SQLite's own format
    return make_aware(parsed)
