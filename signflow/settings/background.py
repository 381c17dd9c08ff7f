"""Background work: the queue between web and worker, or both in one process."""

from typing import Any

from periodiq import PeriodiqMiddleware

from core.queueclient import queue_client
from signflow.settings.environment import env, malformed

REDIS_URL: str = env.str("REDIS_URL", default="")  # empty: worker and ticker live in the web process
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    malformed.append("REDIS_URL does not begin with redis://, rediss:// or unix://.")
    REDIS_URL = ""
EMBEDDED = not REDIS_URL
WORKER_THREADS: int = env.number("WORKER_THREADS", default=2, least=1, most=64)  # of the embedded worker
WORKER_PROCESSES: int = env.number("WORKER_PROCESSES", default=1, least=1, most=64)  # read by the Procfile
WEB_CONCURRENCY: int = env.number("WEB_CONCURRENCY", default=2, least=1, most=64)  # read by gunicorn.conf.py
PORT: int = env.number("PORT", default=8000, least=1, most=65535)  # read by gunicorn.conf.py
TICK_SECONDS: float = env.number(
    "TICK_SECONDS", default=1.0, least=0.01, most=60.0
)  # s, of the embedded ticker

DRAMATIQ_AUTODISCOVER_MODULES = ["actors"]
DRAMATIQ_BROKER: dict[str, Any] = {
    "BROKER": "dramatiq.brokers.stub.StubBroker" if EMBEDDED else "dramatiq.brokers.redis.RedisBroker",
    "OPTIONS": {}
    if EMBEDDED
    else {"client": queue_client(REDIS_URL), "heartbeat_timeout": 15_000, "maintenance_chance": 1_000_000},
    "MIDDLEWARE": [  # no Retries: the database decides when work is tried again (core/jobs.py)
        "dramatiq.middleware.AgeLimit",
        "dramatiq.middleware.TimeLimit",
        "core.drain.Drain",
        "core.lanes.Lanes",
        "dramatiq.middleware.Callbacks",
        "dramatiq.middleware.Pipelines",
        "dramatiq.middleware.CurrentMessage",
        PeriodiqMiddleware(skip_delay=60),
        "django_dramatiq.middleware.DbConnectionsMiddleware",
    ],
}
