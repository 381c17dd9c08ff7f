"""The web process: addresses, apps, middleware, what browsers may do."""

from typing import Any

from signflow.settings.environment import BASE_DIR, DEV, env, missing, required

SECRET_KEY = required("SECRET_KEY")
# Keys that SECRET_KEY has replaced: what they signed is taken until it expires, nothing new is signed by them.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEV else []
)
PUBLIC_URL = required("PUBLIC_URL").rstrip("/")  # where browsers and Setu reach this server
FRONTEND_URL = required("FRONTEND_URL").rstrip("/")  # where a signer is sent after signing
FRONTEND_ORIGINS: list[str] = env.list("FRONTEND_ORIGINS", default=[FRONTEND_URL] if FRONTEND_URL else [])
if not DEV and not ALLOWED_HOSTS:
    missing.append("ALLOWED_HOSTS")
ADMIN_ENABLED: bool = env.bool("ADMIN_ENABLED", default=DEV)  # the support console at /admin/
# /api/docs/ and /api/openapi.json: not there, for those signed in to the support console, or for everybody.
API_DOCS: str = env.choice("API_DOCS", default="open" if DEV else "off", among=("off", "login", "open"))

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
    "signflow",
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
    "core.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "core.problems.ProblemMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "core.bodies.BodiesMiddleware",  # outside of CSRF, which reads forms
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
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576  # bytes of a body; uploads are limited by DOCUMENT_MAX_BYTES
UPLOAD_PATHS = ("/api/documents/",)
FILE_UPLOAD_HANDLERS = ["core.bodies.NoFiles"]  # a door that takes files says so once it knows its caller

CORS_ALLOWED_ORIGINS = FRONTEND_ORIGINS
CORS_ALLOW_HEADERS = ["authorization", "content-type", "if-none-match"]
CORS_ALLOW_METHODS = ["GET", "POST", "OPTIONS"]
CORS_EXPOSE_HEADERS = ["retry-after"]  # scripts read few headers of another origin's answer unless told
CORS_PREFLIGHT_MAX_AGE = 600  # s
# Other sites learn nothing. Not "no-referrer": browsers then send `Origin: null` with a form, and CSRF refuses it.
SECURE_REFERRER_POLICY = "same-origin"
# A proxy ends TLS and says so in X-Forwarded-Proto: then plain http is sent to https, and browsers remember it.
BEHIND_TLS_PROXY: bool = env.bool("BEHIND_TLS_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS_PROXY else None
SECURE_SSL_REDIRECT = BEHIND_TLS_PROXY
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]  # asked from inside, by machines
# s for which browsers come by https only, and whether names below ours do too
SECURE_HSTS_SECONDS: int = env.number(
    "HSTS_SECONDS", default=0 if DEV else 31_536_000, least=0, most=94_608_000
)
SECURE_HSTS_INCLUDE_SUBDOMAINS: bool = env.bool("HSTS_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD: bool = env.bool("HSTS_PRELOAD", default=False)
# How many proxies of ours stand in front: each appends the address it saw to X-Forwarded-For.
TRUSTED_PROXIES: int = env.number("TRUSTED_PROXIES", default=0, least=0, most=10)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEV
SESSION_COOKIE_AGE = 43_200  # s: a support person signs in anew each day
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    # HSTS_PRELOAD off. Browsers' preload lists hold whole domains for years, and anybody may submit a domain whose
    # answers carry the word: that is for the domain's owner to decide, not for one server's default.
    "security.W021",
]
