"""All that SignFlow keeps, as text to be searched."""

import json
from typing import Any

import dramatiq
from django.core.files.storage import default_storage
from django.db import connection
from dramatiq.brokers.redis import RedisBroker

from core.storage import blob_read


def tables() -> dict[str, str]:
    """Every table of the database with its rows as text, Django's own too. Without ids that are counted up: one of
    them is somebody's year of birth some day."""
    texts = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  # names of our own
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            texts[table] = "\n".join(
                json.dumps(_uncounted(row), default=_text, ensure_ascii=False) for row in rows
            )
    return texts


def _uncounted(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in row.items()
        if not (isinstance(value, int) and (name == "id" or name.endswith("_id")))
    }


def _text(value: Any) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)


def files() -> dict[str, bytes]:
    return {name: blob_read(name) for name in _names("")}


def _names(folder: str) -> list[str]:
    if folder and not default_storage.exists(folder):
        return []
    folders, names = default_storage.listdir(folder)
    inner = [name for each in folders for name in _names(f"{folder}/{each}".lstrip("/"))]
    return [f"{folder}/{name}".lstrip("/") for name in names] + inner


def queue() -> str:
    """What lies in the queue: all keys of Redis with their values, or the messages in memory."""
    broker = dramatiq.get_broker()
    if isinstance(broker, RedisBroker):
        return redis_dump(broker.client)
    return "\n".join(str(message) for each in broker.queues.values() for message in list(each.queue))


def redis_dump(client: Any) -> str:
    """Every key with its value, of whichever type it is."""
    read = {
        "string": client.get,
        "hash": client.hgetall,
        "list": lambda key: client.lrange(key, 0, -1),
        "set": client.smembers,
        "zset": lambda key: client.zrange(key, 0, -1, withscores=True),
    }
    kinds = ((key, client.type(key).decode()) for key in client.scan_iter(count=1000))
    # A key may go between two commands where somebody works beside us; a type we cannot read is an error.
    return "\n".join(f"{key!r} {read[kind](key)!r}" for key, kind in kinds if kind != "none")
