"""Where settings come from: the environment, `.env`, and in development what `devmode` fills in."""

import logging
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from signflow import devmode

BASE_DIR = Path(__file__).resolve().parent.parent.parent


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


logging.getLogger("environ").setLevel(logging.INFO)  # it says each setting that is read, before LOGGING is
env = Environment()
if (BASE_DIR / ".env").is_file():
    env.read_env(str(BASE_DIR / ".env"))

DEV: bool = env.bool("SIGNFLOW_DEV", default=False)
VAR_DIR = Path(env.str("SIGNFLOW_VAR", default=str(BASE_DIR / "var")))
if DEV:
    devmode.fill(VAR_DIR)

missing: list[str] = []
dangers: list[str] = []


def required(name: str) -> str:
    """The value of a setting that has no default; its absence is reported together with all others."""
    value: str = env.str(name, default="")
    if not value:
        missing.append(name)
    return value


def danger(found: bool, sentence: str) -> None:
    """Note what production must not start with; all of it is reported at once. Development may."""
    if found and not DEV:
        dangers.append(sentence)


def refuse_half_configured() -> None:
    """Raise ImproperlyConfigured with everything that is missing or dangerous, if anything is."""
    said = []
    if missing:
        said.append(
            "These settings are missing: " + ", ".join(missing) + ". .env.example describes each of them; "
            "SIGNFLOW_DEV=1 (as `make run` sets it) fills them in for development."
        )
    if dangers:
        said.append("These settings are dangerous in production: " + " ".join(dangers))
    if said:
        raise ImproperlyConfigured(" ".join(said))
