"""Where rows and files are kept."""

from typing import Any

from signflow.settings.environment import VAR_DIR, env, malformed, missing, required

# --- Rows ----------------------------------------------------------------------------------------------
MEMORY = "sqlite:///:memory:"
try:
    DATABASE: dict[str, Any] = env.db_url_config(required("DATABASE_URL") or MEMORY)
    _engine = DATABASE["ENGINE"].rsplit(".", 1)[-1]
except (KeyError, ValueError):
    _engine = ""
if _engine not in ("postgresql", "sqlite3"):  # the address is not quoted: it holds the password
    malformed.append("DATABASE_URL is neither postgres://user:password@host:5432/name nor sqlite:////path.")
    DATABASE = env.db_url_config(MEMORY)
# At most, of one process; one more than it has threads, for the heartbeat and the counters.
DATABASE_CONNECTIONS: int = env.number("DATABASE_CONNECTIONS", default=5, least=1, most=200)
DATABASE_SECONDS: int = env.number(
    "DATABASE_SECONDS", default=15, least=1, most=600
)  # s, the longest statement
# A pooler that hands out connections by the transaction (Supabase's port 6543, pgbouncer) keeps no session.
DATABASE_POOLER: bool = env.bool("DATABASE_POOLER", default=str(DATABASE.get("PORT", "")) == "6543")

if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    DATABASE["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # s
    }
else:
    limits = {
        "statement_timeout": DATABASE_SECONDS * 1000,
        "lock_timeout": 5000,
        "idle_in_transaction_session_timeout": 30_000,
    }
    DATABASE |= {
        "ENGINE": "core.postgres",  # Django's, with a breaker
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
    }  # the pool keeps connections, not Django's threads
    DATABASE.setdefault("OPTIONS", {})
    DATABASE["OPTIONS"] |= {
        "connect_timeout": 2,  # s; less than the pool's
        # A server that vanished without a word is noticed within half a minute, not in two hours.
        "keepalives_idle": 15,  # s
        "keepalives_interval": 5,  # s
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,  # ms
        # A database that is down costs the first callers two and a half seconds; the others are told at once.
        "pool": {
            "min_size": 0,
            "max_size": DATABASE_CONNECTIONS,
            "timeout": 2.5,  # s
            "max_idle": 60,  # s
            "reconnect_timeout": 2.0,  # s; the pool's own waits double, and would outlast a long outage by as much
        },
    }
    if DATABASE_POOLER:
        DATABASE["DISABLE_SERVER_SIDE_CURSORS"] = True
        DATABASE["OPTIONS"]["prepare_threshold"] = None
    else:
        # A statement that comes again is planned once for each connection.
        DATABASE["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 5}
        DATABASE["OPTIONS"]["options"] = " ".join(f"-c {name}={value}" for name, value in limits.items())
DATABASES = {"default": DATABASE}

# --- Files ---------------------------------------------------------------------------------------------
FILES_BUCKET: str = env.str("FILES_BUCKET", default="")  # of an S3-compatible storage; empty: local disk
FILES_ENDPOINT_URL: str = env.str("FILES_ENDPOINT_URL", default="")  # empty: Amazon's
FILES_REGION: str = env.str("FILES_REGION", default="")
FILES_ACCESS_KEY: str = env.str("FILES_ACCESS_KEY", default="")  # both empty: the platform's own credentials
FILES_SECRET_KEY: str = env.str("FILES_SECRET_KEY", default="")
FILES_PATH_STYLE: bool = env.bool("FILES_PATH_STYLE", default=False)  # host/bucket/name, not bucket.host/name
FILES_DURABLE: bool = env.bool("FILES_DURABLE", default=False)  # the local disk outlives a restart
MEDIA_ROOT = env.str("FILES_DIR", default=str(VAR_DIR / "files"))
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "core.disk.DiskFiles"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if FILES_BUCKET:
    bucket: dict[str, Any] = {"bucket_name": FILES_BUCKET, "path_style": FILES_PATH_STYLE}
    bucket |= {"endpoint_url": FILES_ENDPOINT_URL or None, "region_name": FILES_REGION or None}
    if FILES_ACCESS_KEY or FILES_SECRET_KEY:
        for _name, _given in (("FILES_ACCESS_KEY", FILES_ACCESS_KEY), ("FILES_SECRET_KEY", FILES_SECRET_KEY)):
            if not _given:
                missing.append(_name)
        # No session token: the platform's would not fit these keys.
        bucket |= {
            "access_key": FILES_ACCESS_KEY,
            "secret_key": FILES_SECRET_KEY,
            "security_token": None,
        }
    STORAGES["default"] = {"BACKEND": "core.s3.S3Files", "OPTIONS": bucket}
