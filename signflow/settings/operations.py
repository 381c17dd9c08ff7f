"""What operators see: logs, metrics, errors."""

from core.log import config
from signflow.settings.environment import DEV, env

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOG_LEVEL: str = env.choice("LOG_LEVEL", default="INFO", among=LEVELS)
# One line a record.
LOG_FORMAT: str = env.choice("LOG_FORMAT", default="text" if DEV else "json", among=("json", "text"))
# Of exceptions nobody foresaw; they may quote names, links and rows.
LOG_ERROR_TEXTS: bool = env.bool("LOG_ERROR_TEXTS", default=DEV)
LOGGING = config(
    level=LOG_LEVEL,
    form=LOG_FORMAT,
    messages=LOG_ERROR_TEXTS,
    loggers={
        # Named, so that Django's own handlers (console, mail) go.
        "django": {"level": "INFO"},
        "django.server": {"level": "ERROR"},  # runserver's line holds the path; ours does not
        "dramatiq": {"level": "WARNING"},  # "message … dropped" and the like; jobs have their own lines
        "dramatiq.broker.StubBroker": {
            "level": "ERROR"
        },  # it warns of two workers, which are meant (embedded.py)
        **{name: {"level": "WARNING"} for name in ("httpx", "httpcore", "urllib3", "botocore", "boto3")},
        **{
            name: {"level": "WARNING"}
            for name in ("environ", "pyhanko", "pyhanko_certvalidator", "fontTools")
        },
    },
)

METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")  # of GET /metrics; empty: there is no such page

SENTRY_DSN: str = env.str("SENTRY_DSN", default="")  # empty: the library is not even imported
SENTRY_ENVIRONMENT: str = env.str("SENTRY_ENVIRONMENT", default="development" if DEV else "production")
SENTRY_TRACES: float = env.number(
    "SENTRY_TRACES", default=0.0, least=0.0, most=1.0
)  # share of requests timed
