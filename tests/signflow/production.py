"""A whole production environment, and the settings it leads to, read within this process."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import SimpleNamespace

from django.core.exceptions import ImproperlyConfigured

WHOLE = {
    "SECRET_KEY": "Wm4v-Zr8kQ1x_Tn6bHs3yLd0cGf7pJu2aEo5iXtKqRw9zVbNMe",
    "DATABASE_URL": "postgres://signflow:pa55@db.example.com:5432/signflow?sslmode=verify-full",
    "REDIS_URL": "rediss://:pa55@redis.example.com:6379/0",
    "ALLOWED_HOSTS": "api.example.com",
    "PUBLIC_URL": "https://api.example.com",
    "FRONTEND_URL": "https://app.example.com",
    "SETU_BASE_URL": "https://dg.setu.co",
    "SETU_CLIENT_ID": "id",
    "SETU_CLIENT_SECRET": "secret",
    "SETU_PRODUCT_INSTANCE_ID": "instance",
    "SETU_CALLBACK_TOKENS": "a-token-of-more-than-twenty",
    "SETU_DOWNLOAD_HOSTS": "setu.co,files.s3.ap-south-1.amazonaws.com",
    "FILES_BUCKET": "contracts",
    "BEHIND_TLS_PROXY": "true",
    "TRUSTED_PROXIES": "1",
}
SYSTEM = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}


@contextmanager
def _apart(env: dict[str, str]) -> Iterator[None]:
    """This environment only, and the settings' modules not yet loaded; both as before at the end."""
    kept_env = dict(os.environ)
    kept = {name: module for name, module in sys.modules.items() if name.startswith("signflow.settings")}
    try:
        os.environ.clear()
        os.environ.update(SYSTEM | env)
        for name in kept:
            del sys.modules[name]
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept_env)
        for name in [name for name in sys.modules if name.startswith("signflow.settings")]:
            del sys.modules[name]
        sys.modules.update(kept)


def read(**env: str) -> SimpleNamespace:
    """The settings that WHOLE with these changes leads to. Raises ImproperlyConfigured as the start does."""
    with _apart(WHOLE | env):
        return SimpleNamespace(**vars(import_module("signflow.settings")))


def refusal(**env: str) -> str:
    """What the start says when it refuses; empty when it does not."""
    try:
        read(**env)
    except ImproperlyConfigured as reason:
        return str(reason)
    return ""
