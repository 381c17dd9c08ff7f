"""Log lines are an event's name and ids, never names of people, links or bodies."""

import logging
import time

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "taskName"}


class EventFormatter(logging.Formatter):
    """`2026-01-05T11:43:39Z INFO signing.look.merged request_id=…`"""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {k}={v}" for k, v in vars(record).items() if k not in STANDARD)
        when = self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ")
        line = f"{when} {record.levelname} {_message(record)}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _message(record: logging.LogRecord) -> str:
    """Django's lines about an answer end with the path, and paths carry tokens: the route stands in for it."""
    request = vars(record).get("request")
    if record.name != "django.request" or request is None or not isinstance(record.args, tuple):
        return record.getMessage()
    match = getattr(request, "resolver_match", None)
    return str(record.msg) % (*record.args[:-1], match.route if match else "(no route)")
