"""Every setting, read once from the environment (and from `.env`), with its unit and default.

`NAME_FILE` works in place of `NAME` for each of them and names a file that holds the value. `SIGNFLOW_DEV=1`
alone allows generated secrets, the stand-in and plain http; everything else is production, which refuses to
start half-configured and names all that is missing at once.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
import redis
from django.core.exceptions import ImproperlyConfigured
from periodiq import PeriodiqMiddleware
from redis.backoff import NoBackoff
from redis.retry import Retry

from signflow import devmode

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(environ.FileAwareEnv):  # type: ignore[misc]  # untyped library
    """Empty is unset, the last line's end in a file is no part of a secret, and a bad value names its setting."""

    def get_value(self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, **more: Any) -> Any:
        if default is not self.NOTSET and not (self.ENVIRON.get(var) or "").strip():
            return default
        try:
            value = super().get_value(var, cast=cast, default=default, **more)
        except ValueError:
            kind = getattr(cast, "__name__", "value")
            raise ImproperlyConfigured(f"The setting {var} is not a valid {kind}.") from None
        return value.strip() if isinstance(value, str) else value


env = Environment()
if (BASE_DIR / ".env").is_file():
    env.read_env(str(BASE_DIR / ".env"))

DEV: bool = env.bool("SIGNFLOW_DEV", default=False)
VAR_DIR = Path(env.str("SIGNFLOW_VAR", default=str(BASE_DIR / "var")))
if DEV:
    devmode.fill(VAR_DIR)

missing: list[str] = []


def required(name: str) -> str:
    """The value of a setting that has no default; its absence is reported together with all others."""
    value: str = env.str(name, default="")
    if not value:
        missing.append(name)
    return value


# --- Web -----------------------------------------------------------------------------------------------
SECRET_KEY = required("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEV else []
)
PUBLIC_URL = required("PUBLIC_URL").rstrip("/")  # where browsers and Setu reach this server
FRONTEND_URL = required("FRONTEND_URL").rstrip("/")  # where a signer is sent after signing
FRONTEND_ORIGINS: list[str] = env.list("FRONTEND_ORIGINS", default=[FRONTEND_URL] if FRONTEND_URL else [])
if not DEV and not ALLOWED_HOSTS:
    missing.append("ALLOWED_HOSTS")

ROOT_URLCONF = "signflow.urls"
WSGI_APPLICATION = "signflow.wsgi.application"
APPEND_SLASH = False  # a redirect fails the browser's preflight
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "core.User"
LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"

INSTALLED_APPS = [
    "django_dramatiq",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "ninja",
    "core",
    "signing",
    "webhooks",
]
MIDDLEWARE = [
    "core.problems.ProblemMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEV  # production collects them (collectstatic)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576  # bytes of a JSON body; uploads are limited by DOCUMENT_MAX_BYTES

CORS_ALLOWED_ORIGINS = FRONTEND_ORIGINS
CORS_ALLOW_HEADERS = ["authorization", "content-type", "if-none-match"]
CORS_ALLOW_METHODS = ["GET", "POST", "OPTIONS"]
CORS_PREFLIGHT_MAX_AGE = 600  # s
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=False) else None
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEV

# --- People --------------------------------------------------------------------------------------------
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Every key is stated: django-ninja-jwt reads unprefixed environment variables for those left out.
NINJA_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=30),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=1),
    "ROTATE_REFRESH_TOKENS": False,  # the frontend keeps the first refresh token
    "BLACKLIST_AFTER_ROTATION": False,
    "UPDATE_LAST_LOGIN": False,
    "ALGORITHM": "HS256",
    "SIGNING_KEY": SECRET_KEY,
    "VERIFYING_KEY": "",
    "AUDIENCE": "signflow",
    "ISSUER": "signflow",
    "JWK_URL": None,
    "LEEWAY": 0,
    "USER_ID_FIELD": "id",
    "USER_ID_CLAIM": "user_id",
    "TOKEN_TYPE_CLAIM": "token_type",
    "JTI_CLAIM": "jti",
    "JSON_ENCODER": None,
}

# --- Stores --------------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url_config(required("DATABASE_URL") or "sqlite:///:memory:")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # s
    }
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = VAR_DIR / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# --- Background work -----------------------------------------------------------------------------------
REDIS_URL: str = env.str("REDIS_URL", default="")  # empty: worker and ticker live in the web process
EMBEDDED = not REDIS_URL
WORKER_THREADS: int = env.int("WORKER_THREADS", default=2)  # of the embedded worker
TICK_SECONDS: float = env.float("TICK_SECONDS", default=1.0)  # of the embedded ticker


def redis_client(url: str) -> redis.Redis:
    """With hard limits: a dead or frozen Redis costs a request half a second, and the clock finds the job."""
    no_retry = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(url, socket_connect_timeout=0.25, socket_timeout=0.5, retry=no_retry)


DRAMATIQ_BROKER: dict[str, Any] = {
    "BROKER": "dramatiq.brokers.stub.StubBroker" if EMBEDDED else "dramatiq.brokers.redis.RedisBroker",
    "OPTIONS": {}
    if EMBEDDED
    else {"client": redis_client(REDIS_URL), "heartbeat_timeout": 15_000, "maintenance_chance": 1_000_000},
    "MIDDLEWARE": [  # no Retries: the database decides when work is tried again (core/jobs.py)
        "dramatiq.middleware.AgeLimit",
        "dramatiq.middleware.TimeLimit",
        "core.drain.Drain",
        "dramatiq.middleware.Callbacks",
        "dramatiq.middleware.Pipelines",
        "dramatiq.middleware.CurrentMessage",
        PeriodiqMiddleware(skip_delay=60),
        "django_dramatiq.middleware.DbConnectionsMiddleware",
    ],
}

# --- Documents and requests ----------------------------------------------------------------------------
DOCUMENT_MAX_BYTES: int = env.int("DOCUMENT_MAX_BYTES", default=20 * 1024 * 1024)
DOCUMENT_MAX_PAGES: int = env.int("DOCUMENT_MAX_PAGES", default=500)
SIGNERS_MAX: int = env.int("SIGNERS_MAX", default=25)  # of one request; Setu's pages say 25 and 6
ENABLE_SCHEDULER: bool = env.bool("ENABLE_SCHEDULER", default=True)  # false: open requests are not polled
CHECK_SECONDS_ACTIVE: int = env.int("CHECK_SECONDS_ACTIVE", default=30)  # s, while somebody is likely signing
CHECK_SECONDS_WARM: int = env.int("CHECK_SECONDS_WARM", default=600)  # s, for an hour after the last activity
CHECK_SECONDS_COLD: int = env.int("CHECK_SECONDS_COLD", default=10_800)  # s, afterwards; at most 12 hours
CLOCK_GETS_PER_SECOND: int = env.int("CLOCK_GETS_PER_SECOND", default=5)  # the clock's pace for Setu

# --- Setu ----------------------------------------------------------------------------------------------
SETU_BASE_URL: str = env.str("SETU_BASE_URL", default="https://dg-sandbox.setu.co").rstrip("/")
SETU_CLIENT_ID = required("SETU_CLIENT_ID")
SETU_CLIENT_SECRET = required("SETU_CLIENT_SECRET")
SETU_PRODUCT_INSTANCE_ID = required("SETU_PRODUCT_INSTANCE_ID")
SETU_DOWNLOAD_HOSTS: list[str] = env.list(
    "SETU_DOWNLOAD_HOSTS", default=["amazonaws.com", "setu.co"]
)  # suffixes
SETU_CALLBACK_TOKENS = [token for token in required("SETU_CALLBACK_TOKENS").split(",") if token]

LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "core.log.EventFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        name: {"level": "WARNING"} for name in ("httpx", "httpcore", "dramatiq", "pyhanko", "fontTools")
    },
}

if not DEV and not SETU_BASE_URL.startswith("https://"):
    raise ImproperlyConfigured("SETU_BASE_URL must begin with https:// in production.")
if missing:
    raise ImproperlyConfigured(
        "These settings are missing: " + ", ".join(missing) + ". .env.example describes each of them; "
        "SIGNFLOW_DEV=1 (as `make run` sets it) fills them in for development."
    )
