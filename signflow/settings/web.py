"""The web process: addresses, apps, middleware, what browsers may do."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from signflow.settings.environment import BASE_DIR, DEV, danger, env, missing, required

SECRET_KEY = required("SECRET_KEY")
DEBUG = False
danger(0 < len(SECRET_KEY) < 50, "SECRET_KEY has fewer than 50 characters.")
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEV else []
)
PUBLIC_URL = required("PUBLIC_URL").rstrip("/")  # where browsers and Setu reach this server
FRONTEND_URL = required("FRONTEND_URL").rstrip("/")  # where a signer is sent after signing
FRONTEND_ORIGINS: list[str] = env.list("FRONTEND_ORIGINS", default=[FRONTEND_URL] if FRONTEND_URL else [])
if not DEV and not ALLOWED_HOSTS:
    missing.append("ALLOWED_HOSTS")
danger("*" in ALLOWED_HOSTS, "ALLOWED_HOSTS allows every host.")
danger("*" in "".join(FRONTEND_ORIGINS), "FRONTEND_ORIGINS allows every origin.")
for _name, _url in (("PUBLIC_URL", PUBLIC_URL), ("FRONTEND_URL", FRONTEND_URL)):
    danger(bool(_url) and not _url.startswith("https://"), f"{_name} does not begin with https://.")

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
    "core",  # before the admin site, whose templates it has its own of
    "signing",
    "webhooks",
    "core.console.apps.ConsoleConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "ninja",
]
MIDDLEWARE = [
    "core.requestlog.RequestLogMiddleware",
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
CORS_EXPOSE_HEADERS = ["retry-after"]  # scripts read few headers of another origin's answer unless told
CORS_PREFLIGHT_MAX_AGE = 600  # s
# Other sites learn nothing. Not "no-referrer": browsers then send `Origin: null` with a form, and CSRF refuses it.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=False) else None
)
# How many proxies of ours stand in front: each appends the address it saw to X-Forwarded-For.
TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", default=0)
if TRUSTED_PROXIES < 0:
    raise ImproperlyConfigured("TRUSTED_PROXIES must be a number of proxies, 0 or more.")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEV
