"""Tracebacks for the log: types, places and our own lines of code, but no text that may quote somebody's data.

An exception's message is free text: `KeyError('Asha Rao')`, `invalid input for type uuid: "…"`, an address with its
token. It is told where its kind is known to quote nothing, or what it quotes can be taken out; else it stays out.
"""

import re
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from django.db import Error as AnyDatabaseError

# What Python says of code, not of data.
OF_CODE = (TypeError, AttributeError, NameError, ImportError, ArithmeticError, IndexError, RecursionError)
NAMED = r"(?:constraint|relation|column|table|index|function|database|schema)"
QUOTED = re.compile(rf"(?<!\w)(?P<of>{NAMED} )?(?P<text>\"[^\"]*\"|'[^']*'|\([^)]*\)=\([^)]*\))")
WITHHELD = "(its message is not logged: it may quote data)"
CHAIN_MAX = 10

Info = tuple[type[BaseException], BaseException, TracebackType | None]


def trace(error: BaseException, *, messages: bool = False) -> str:
    """The traceback with those of its causes, the first cause first. messages: with all messages as they are."""
    parts = []
    for each, joint in _chain(error):
        where = "".join(traceback.format_tb(each.__traceback__))
        head = f"Traceback (most recent call last):\n{where}" if where else ""
        text = str(each) if messages else message_of(each)
        parts.append(f"{head}{_name(type(each))}{f': {text}' if text else ''}{joint}")
    return "\n".join(reversed(parts))


def message_of(error: BaseException) -> str:
    """What of an exception's message may be told; empty if it has none."""
    text = str(error)
    if not text or getattr(error, "loggable", False) or isinstance(error, OF_CODE):
        return text
    if isinstance(error, AnyDatabaseError) or type(error).__module__.startswith("psycopg"):
        return _of_database(text)
    if isinstance(error, OSError) and error.strerror:
        return f"[Errno {error.errno}] {error.strerror}"
    return WITHHELD


def _of_database(text: str) -> str:
    """The first line, without the values it quotes. PostgreSQL tells a row's values after it."""
    return QUOTED.sub(lambda found: found[0] if found["of"] else "…", text.splitlines()[0])


def _chain(error: BaseException) -> Iterator[tuple[BaseException, str]]:
    """The error and what led to it, each with the words that join it to the one after it."""
    seen: set[int] = set()
    present: BaseException | None = error
    joint = ""
    while present is not None and id(present) not in seen and len(seen) < CHAIN_MAX:
        seen.add(id(present))
        yield present, joint
        if isinstance(present, BaseExceptionGroup):
            for inner in present.exceptions[:CHAIN_MAX]:
                yield inner, "\n\n(one of a group:)\n"
        if present.__cause__ is not None:
            present, joint = (
                present.__cause__,
                "\n\nThe above exception was the direct cause of the following one:\n",
            )
        elif not present.__suppress_context__:
            present, joint = (
                present.__context__,
                "\n\nDuring handling of the above exception, another one occurred:\n",
            )
        else:
            present = None


def _name(kind: type[Any]) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
