"""Keeps the stand-in's memory across restarts: one SQLite file in a directory only its owner can read."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Store:
    """Facts and bytes under (kind, id). Without a directory it keeps nothing and answers nothing.

    Thread safe. A power cut may lose the last moments; a killed process loses none.
    """

    def __init__(self, directory: str | Path | None) -> None:
        self._db: sqlite3.Connection | None = None
        self._lock = threading.RLock()
        self._joined = 0
        if directory is None:
            return
        folder = Path(directory)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        file = folder / "standin.sqlite3"
        file.touch(mode=0o600)
        file.chmod(0o600)
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS thing (kind TEXT, id TEXT, facts TEXT, content BLOB, "
            "place INTEGER PRIMARY KEY AUTOINCREMENT, UNIQUE (kind, id))"
        )

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep all that is put within, or none of it; other threads' puts wait. Nested, the outermost counts."""
        with self._lock:
            if not self._db or self._joined:
                yield
                return
            self._db.execute("BEGIN")
            self._joined += 1
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            finally:
                self._joined -= 1
            self._db.execute("COMMIT")

    def put(self, kind: str, id: str, facts: dict[str, Any], content: bytes | None = None) -> None:  # noqa: A002
        """Keep or replace. Without `content` the kept bytes stay as they are."""
        with self._lock:
            if not self._db:
                return
            self._db.execute(
                "INSERT INTO thing (kind, id, facts, content) VALUES (?, ?, ?, ?) ON CONFLICT (kind, id) "
                "DO UPDATE SET facts = excluded.facts, content = coalesce(excluded.content, content)",
                (kind, id, json.dumps(facts), content),
            )

    def drop(self, kind: str, id: str) -> None:  # noqa: A002
        with self._lock:
            if self._db:
                self._db.execute("DELETE FROM thing WHERE kind = ? AND id = ?", (kind, id))

    def clear(self) -> None:
        """Forget everything except secrets (the authority, the links' key)."""
        with self._lock:
            if self._db:
                self._db.execute("DELETE FROM thing WHERE kind != 'secret'")

    def load(self, kind: str) -> Iterator[tuple[dict[str, Any], bytes | None]]:
        """Everything of a kind, oldest first."""
        if self._db:
            rows = self._db.execute("SELECT facts, content FROM thing WHERE kind = ? ORDER BY place", (kind,))
            for facts, content in rows:
                yield json.loads(facts), content

    def secret(self, name: str, fresh: bytes) -> bytes:
        """The bytes kept under that name; `fresh` is kept and returned the first time."""
        if not self._db:
            return fresh
        query = "SELECT content FROM thing WHERE kind = 'secret' AND id = ?"
        row: tuple[bytes] | None = self._db.execute(query, (name,)).fetchone()
        if row:
            return row[0]
        self.put("secret", name, {}, fresh)
        return fresh

    def named(self, kind: str) -> dict[str, dict[str, Any]]:
        """The facts of a kind, by id."""
        with self._lock:
            if not self._db:
                return {}
            rows = self._db.execute("SELECT id, facts FROM thing WHERE kind = ?", (kind,)).fetchall()
            return {id_: json.loads(facts) for id_, facts in rows}

    def count(self, name: str) -> int:
        """How often this was called for the name before, over all restarts."""
        with self._lock:
            before: int = self.named("count").get(name, {}).get("count", 0)
            self.put("count", name, {"count": before + 1})
            return before

    def close(self) -> None:
        with self._lock:
            if self._db:
                self._db.close()
                self._db = None
