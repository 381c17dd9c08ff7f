"""Development's own environment: secrets made once and kept in `var/demo.env` (mode 0600)."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

SECRETS = ("SECRET_KEY", "SETU_CALLBACK_TOKENS", "STANDIN_CLIENT_SECRET")
PASSWORDS = ("DEMO_MANAGER_PASSWORD", "DEMO_ASHA_PASSWORD", "DEMO_RAVI_PASSWORD", "DEMO_ADMIN_PASSWORD")
SETU_NAMES = ("SETU_CLIENT_ID", "SETU_CLIENT_SECRET", "SETU_PRODUCT_INSTANCE_ID")


def kept_secrets(var_dir: Path) -> dict[str, str]:
    """The secrets and demo passwords of this checkout. Made at the first call; safe to repeat."""
    path = var_dir / "demo.env"
    kept = (
        dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
        if path.is_file()
        else {}
    )
    new = {name: secrets.token_urlsafe(32) for name in SECRETS if name not in kept}
    new |= {name: secrets.token_urlsafe(12) for name in PASSWORDS if name not in kept}
    if new:
        kept |= new
        var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text("".join(f"{name}={value}\n" for name, value in kept.items()))
        draft.replace(path)
    return kept


def setu_configured(env: Mapping[str, str] = os.environ) -> bool:
    """True when Setu's credentials are set: development then talks to Setu instead of the stand-in."""
    return all(env.get(name) or env.get(f"{name}_FILE") for name in SETU_NAMES)


def standin_url() -> str:
    """Where `make run` has its stand-in, with the STANDIN_PORT it was given."""
    return f"http://127.0.0.1:{os.environ.get('STANDIN_PORT') or 8100}"


def fill(var_dir: Path) -> None:
    """Put development's values into the environment wherever nothing is set. PORT is that of `make run`."""
    kept = kept_secrets(var_dir)
    defaults = {name: kept[name] for name in ("SECRET_KEY", "SETU_CALLBACK_TOKENS")}
    defaults |= {
        "DATABASE_URL": f"sqlite:///{var_dir}/signflow.sqlite3",
        "PUBLIC_URL": f"http://localhost:{os.environ.get('PORT') or 8000}",
        "FRONTEND_URL": "http://localhost:5173",
    }
    if not setu_configured(os.environ):
        defaults |= {
            "SETU_BASE_URL": standin_url(),
            "SETU_DOWNLOAD_HOSTS": "127.0.0.1",
            "SETU_CLIENT_ID": "standin",
            "SETU_CLIENT_SECRET": kept["STANDIN_CLIENT_SECRET"],
            "SETU_PRODUCT_INSTANCE_ID": "standin-esign",
        }
    for name, value in defaults.items():
        if not os.environ.get(name) and not os.environ.get(f"{name}_FILE"):
            os.environ[name] = value
