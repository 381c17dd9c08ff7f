"""Whether the database has failed, and not we."""

from django.db import InterfaceError, InternalError, OperationalError

# No connection, one that was cut, a lock, a time limit, no room; or the server failed within itself.
DATABASE_ERRORS = (OperationalError, InterfaceError, InternalError)
ABORTED = "25P02"  # an InternalError by name, and ours: work that went on in a transaction that had failed


def database_failed(error: BaseException) -> bool:
    return isinstance(error, DATABASE_ERRORS) and getattr(error.__cause__, "sqlstate", "") != ABORTED
