"""Log lines are an event's name and ids, never names of people, links or bodies.

Every record of the standard logging passes here, ours and the libraries'. One line each: JSON in production, text
for reading in development. What `bind` was given stands in every later line of the same request or job.
"""

import functools
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

import orjson
import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from core.traces import trace

NO_ROUTE = "(no route)"
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "request",  # Django's and Sentry's: they name the path
    "response",
    "server_time",
    "taskName",
}
PATH = re.compile(r"(?<![\w/:.])/[^\s'\"]+|\w+://[^\s'\"]+")
SPEAK_OF_PATHS = ("django.security", "django.request", "gunicorn")  # of what somebody asked for

bind = bind_contextvars
bound = get_contextvars
Line = MutableMapping[str, Any]
P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def scope(**fields: Any) -> Iterator[None]:
    """Only these fields, and what is bound meanwhile, stand in the lines until the end; then it is as before."""
    before = get_contextvars()
    clear_contextvars()
    bind_contextvars(**fields)
    try:
        yield
    finally:
        clear_contextvars()
        bind_contextvars(**before)


def scoped(function: Callable[P, R]) -> Callable[P, R]:
    """What the function binds ends with it."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with scope(**get_contextvars()):
            return function(*args, **kwargs)

    return run


class EventFormatter(structlog.stdlib.ProcessorFormatter):
    """`2026-01-05T11:43:39Z INFO look.merged logger=signing.services.look request_id=…`, or the same as JSON."""

    def __init__(self, form: str = "text", *, messages: bool = False) -> None:
        """messages: those of all exceptions as they are, for a developer's own machine (core/traces.py)."""

        def exception_told(logger: Any, method: str, line: Line) -> Line:
            info = line.pop("exc_info", None)
            error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
            return {**line, "exception": trace(error, messages=messages)} if error else line

        super().__init__(
            foreign_pre_chain=[_record_read, _context_added],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                exception_told,
                _json if form == "json" else _text,
            ],
            pass_foreign_args=True,
        )


def config(
    *, level: str, form: str, messages: bool, loggers: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """For logging.config. The handler has the level too: a library that lowers the root's does not make it louder."""
    handler = {"class": "logging.StreamHandler", "formatter": "event", "level": level}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"event": {"()": "core.log.EventFormatter", "form": form, "messages": messages}},
        "handlers": {"stderr": handler},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {name: dict(fields) for name, fields in loggers.items()},
    }


def route_of(request: Any) -> str:
    """The pattern of a request's address: paths carry tokens, patterns do not."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else NO_ROUTE


def _context_added(logger: Any, method: str, line: Line) -> Line:
    return {**line, **{name: value for name, value in sorted(get_contextvars().items()) if name not in line}}


def _record_read(logger: Any, method: str, line: Line) -> Line:
    record: logging.LogRecord = line["_record"]
    when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    head = {
        "time": when.replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "event": _event(record, line.pop("positional_args", ()), line["event"]),
        "logger": record.name,
    }
    request = vars(record).get("request")
    if http_request := getattr(request, "http_request", None):  # Django speaks of it when its scope has ended
        line["http_request"] = http_request
    extra = {name: value for name, value in vars(record).items() if name not in STANDARD | set(head)}
    return {**head, **line, **head, **extra}  # in this order, and with our event


def _event(record: logging.LogRecord, args: Any, event: str) -> str:
    """Django's lines about an answer end with the path: the route stands in for it. Others name none at all."""
    request = vars(record).get("request")
    if record.name == "django.request" and request is not None and isinstance(args, tuple):
        return str(record.msg) % (*args[:-1], route_of(request))
    return PATH.sub("(path)", event) if record.name.startswith(SPEAK_OF_PATHS) else event


def _json(logger: Any, method: str, line: Line) -> str:
    return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z).decode()


def _text(logger: Any, method: str, line: Line) -> str:
    trace = f"\n{line.pop('exception')}" if "exception" in line else ""
    when, level, event = (line.pop(name) for name in ("time", "level", "event"))
    fields = "".join(f" {name}={_plain(value)}" for name, value in line.items())
    return f"{when} {level.upper()} {_one_line(str(event))}{fields}{trace}"


def _plain(value: Any) -> str:
    text = str(value)
    return text if text and text.isprintable() and " " not in text else json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())
