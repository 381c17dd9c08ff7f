"""The doctor's questions about the stores: database, Redis, files."""

import contextlib
import os
import shutil
import time
from pathlib import Path
from uuid import uuid4

import redis
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import Error as AnyDatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from core.checks import Outcome, fault, ok, register, warn

POSTGRES_MIN = 14_00_00  # as Django 5.2
PROCESSES_MIN = 3  # web, worker, clock
DISK_WARN, DISK_FAULT = 2 * 1024**3, 200 * 1024**2  # bytes


def migrations_pending() -> list[str]:
    """What `migrate` would apply. One statement, and the folders are read."""
    loader = MigrationLoader(connection)
    return sorted(
        f"{app}.{name}" for app, name in set(loader.disk_migrations) - set(loader.applied_migrations)
    )


def redis_ping() -> str:
    """What is wrong with Redis in a few words; empty if it answers, within 0.75 s."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=0.25,
        socket_timeout=0.5,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.ping()
    except RedisError as error:
        return f"does not answer ({type(error).__name__})"
    finally:
        client.close()
    return ""


def storage_trouble() -> str:
    """What is wrong with the file storage in a few words, by one cheap question; empty if nothing is."""
    try:
        default_storage.exists("readyz")
        return _folder_trouble(Path(default_storage.path("")))
    except NotImplementedError:  # not on this machine's disk
        return ""
    except Exception as error:  # each storage has errors of its own
        return f"does not answer ({type(error).__name__})"


def _folder_trouble(folder: Path) -> str:
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return "" if there.is_dir() and os.access(there, os.W_OK | os.X_OK) else "cannot be written"


@register("database")
def database() -> Outcome:
    try:
        connection.ensure_connection()
    except AnyDatabaseError as error:
        return fault(
            f"It does not answer ({type(error).__name__}).",
            "Check DATABASE_URL, and that the server takes connections from here.",
        )
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT sqlite_version()")
            (version,) = cursor.fetchone()
        return ok(f"SQLite {version}: good for one machine.")
    return _postgres()


def _postgres() -> Outcome:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('server_version'),"
            " current_setting('TimeZone'), current_setting('max_connections')::int"
            " - current_setting('superuser_reserved_connections')::int"
        )
        number, version, zone, room = cursor.fetchone()
    if number < POSTGRES_MIN:
        return fault(f"PostgreSQL {version} is too old.", "Use PostgreSQL 14 or newer.")
    if zone != "UTC":
        return fault(
            f"The connection's time zone is {zone}, not UTC.", "Remove a TimeZone from DATABASE_URL."
        )
    each = settings.DATABASE_CONNECTIONS
    says = f"PostgreSQL {version}; {room} connections, up to {each} for each process"
    if room < each * PROCESSES_MIN:
        return warn(
            f"{says}: too few for web, worker and clock.",
            "Lower DATABASE_CONNECTIONS, or take a plan with more connections (or a pooler).",
        )
    return ok(f"{says}: room for {room // each} processes.")


@register("migrations")
def migrations() -> Outcome:
    pending = migrations_pending()
    if pending:
        return fault(
            f"Not applied: {', '.join(pending[:5])} ({len(pending)} in all).", "`manage.py migrate`."
        )
    return ok("All are applied.")


@register("redis")
def redis_answers() -> Outcome:
    if not settings.REDIS_URL:
        return ok("Not used: the queue is the web process's memory.")
    began = time.perf_counter()
    if trouble := redis_ping():
        return fault(
            f"Redis {trouble}.",
            "Check REDIS_URL. Meanwhile nothing is lost: the workers find jobs by the clock.",
        )
    return ok(f"Redis answers in {(time.perf_counter() - began) * 1000:.0f} ms.")


@register("storage")
def storage() -> Outcome:
    """A file is written, read back and deleted."""
    fix = "Check FILES_BUCKET and its keys, or FILES_DIR and its rights: contracts are kept there."
    content, began = os.urandom(64), time.perf_counter()
    name = f"doctor/{uuid4()}"
    try:
        name = default_storage.save(name, ContentFile(content))
        with default_storage.open(name) as file:
            same = file.read() == content
        default_storage.delete(name)
        gone = not default_storage.exists(name)
    except Exception as error:  # each storage has errors of its own
        with contextlib.suppress(Exception):
            default_storage.delete(name)
        return fault(f"A file cannot be written, read and deleted ({type(error).__name__}).", fix)
    if not same or not gone:
        return fault("A file reads other than it was written, or cannot be deleted.", fix)
    return ok(f"A file was written, read and deleted in {(time.perf_counter() - began) * 1000:.0f} ms.")


@register("disk")
def disk() -> Outcome:
    try:
        folder = Path(default_storage.path(""))
    except NotImplementedError:  # not on this machine's disk
        return ok("Files lie elsewhere.")
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(there).free
    says = f"{free / 1024**3:.1f} GiB are free for files"
    if free < DISK_WARN:
        level = fault if free < DISK_FAULT else warn
        return level(f"Only {says}.", "Make room, or keep files in a bucket (FILES_BUCKET).")
    return ok(f"{says}.")
