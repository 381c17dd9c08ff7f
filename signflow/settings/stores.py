"""Where rows and files are kept."""

from typing import Any

from signflow.settings.environment import VAR_DIR, danger, env, required

# --- Rows ----------------------------------------------------------------------------------------------
DATABASE: dict[str, Any] = env.db_url_config(required("DATABASE_URL") or "sqlite:///:memory:")
DATABASE_CONNECTIONS: int = env.int("DATABASE_CONNECTIONS", default=4)  # at most, per process; ≥ its threads
DATABASE_SECONDS: int = env.int("DATABASE_SECONDS", default=15)  # s, the longest statement
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
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
    }  # the pool keeps connections, not Django's threads
    DATABASE.setdefault("OPTIONS", {})
    DATABASE["OPTIONS"] |= {
        "connect_timeout": 3,  # s
        "pool": {"min_size": 0, "max_size": DATABASE_CONNECTIONS, "timeout": 5, "max_idle": 60},  # s
    }
    if DATABASE_POOLER:
        DATABASE["DISABLE_SERVER_SIDE_CURSORS"] = True
        DATABASE["OPTIONS"]["prepare_threshold"] = None
    else:
        DATABASE["OPTIONS"]["options"] = " ".join(f"-c {name}={value}" for name, value in limits.items())
DATABASES = {"default": DATABASE}

# --- Files ---------------------------------------------------------------------------------------------
FILES_BUCKET: str = env.str("FILES_BUCKET", default="")  # of an S3-compatible storage; empty: local disk
FILES_DURABLE: bool = env.bool(
    "FILES_DURABLE", default=False
)  # local disk outlives a restart and is backed up
MEDIA_ROOT = env.str("FILES_DIR", default=str(VAR_DIR / "files"))
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
danger(
    not FILES_BUCKET and not FILES_DURABLE,
    "Files lie on the local disk, which most platforms throw away: set FILES_BUCKET, or FILES_DURABLE=true.",
)

STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
