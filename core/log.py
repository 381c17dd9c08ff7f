"""Log lines are an event's name and ids, never names of people, links or bodies."""

import logging

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request"}


class EventFormatter(logging.Formatter):
    """`2026-01-05T11:43:39Z INFO signing.look.merged request_id=…`"""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {k}={v}" for k, v in vars(record).items() if k not in STANDARD)
        line = (
            f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S')} {record.levelname} {record.getMessage()}{fields}"
        )
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line
