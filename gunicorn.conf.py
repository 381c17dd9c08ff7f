"""Gunicorn: without Redis one process that also works and ticks, else two. Threads, as views wait for the database."""

import os
import sys


def number(name: str, default: int, most: int) -> int:
    """A whole number from 1 to `most`; else the start ends with a sentence (bench/floor.py has no settings)."""
    given = os.environ.get(name, "").strip() or str(default)
    if not (given.isascii() and given.isdigit() and len(given) < 9 and 1 <= int(given) <= most):
        sys.exit(f"The setting {name} must be a whole number from 1 to {most}.")
    return int(given)


embedded = not os.environ.get("REDIS_URL")
bind = [f"{os.environ.get('WEB_HOST') or '127.0.0.1'}:{number('PORT', 8000, 65_535)}"]
workers = 1 if embedded else number("WEB_CONCURRENCY", 2, 64)
worker_class = "gthread"
threads = 8 if embedded else 4
preload_app = False  # the embedded worker's threads must start after the fork
timeout = 30  # s
graceful_timeout = 20  # s; platforms kill 30 s after SIGTERM
keepalive = 75  # s
accesslog = None  # paths carry tokens
_development = os.environ.get("SIGNFLOW_DEV", "").lower() in ("1", "true", "yes", "on", "y", "ok")
_form = os.environ.get("LOG_FORMAT") or ("text" if _development else "json")
logconfig_dict = {  # Gunicorn's own lines as all others (signflow/settings/operations.py)
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"event": {"()": "core.log.EventFormatter", "form": _form}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "event"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"gunicorn.error": {"handlers": [], "level": "INFO", "propagate": True}},
}
control_socket_disable = True  # it would lie in the home folder
