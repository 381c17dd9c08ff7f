"""What operators see: logs, metrics, errors."""

from django.core.exceptions import ImproperlyConfigured

from core.log import config
from signflow.settings.environment import DEV, danger, env

LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
    raise ImproperlyConfigured("LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL.")
LOG_FORMAT: str = env.str("LOG_FORMAT", default="text" if DEV else "json")  # json, text: one line each
danger(LOG_FORMAT not in ("json", "text"), "LOG_FORMAT is neither json nor text.")
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
danger(0 < len(METRICS_TOKEN) < 20, "METRICS_TOKEN has fewer than 20 characters.")

SENTRY_DSN: str = env.str("SENTRY_DSN", default="")  # empty: the library is not even imported
SENTRY_ENVIRONMENT: str = env.str("SENTRY_ENVIRONMENT", default="development" if DEV else "production")
SENTRY_TRACES: float = env.number(
    "SENTRY_TRACES", default=0.0, least=0.0, most=1.0
)  # share of requests timed
