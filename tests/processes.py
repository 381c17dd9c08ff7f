"""SignFlow's processes as production starts them: the Procfile's commands and their environment."""

import os
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines)


def production_env(*, var: Path, database: str, redis: str, web_port: int, setu_url: str) -> dict[str, str]:
    """A whole environment with fresh secrets, which the stand-in shares; nothing else of ours is passed on."""
    secret = secrets.token_urlsafe(16)
    return {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ} | {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "DJANGO_SETTINGS_MODULE": "signflow.settings",
        "SIGNFLOW_DEV": "1",  # plain http to the stand-in on this machine
        "SIGNFLOW_VAR": str(var),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "PORT": str(web_port),
        "PUBLIC_URL": f"http://localhost:{web_port}",
        "SETU_BASE_URL": setu_url,
        "SETU_DOWNLOAD_HOSTS": "127.0.0.1",
        "SETU_CLIENT_ID": "client",
        "SETU_CLIENT_SECRET": secret,
        "SETU_PRODUCT_INSTANCE_ID": "instance",
        "SETU_CALLBACK_TOKENS": secrets.token_urlsafe(32),
        "STANDIN_CLIENT_SECRET": secret,
        "TZ": "UTC",
    }
