"""Where settings come from: the environment, `.env`, and in development what `devmode` fills in."""

import logging
from pathlib import Path
from typing import Any, TypeVar

import environ

from signflow import devmode

BASE_DIR = Path(__file__).resolve().parent.parent.parent


YES, NO = ("1", "true", "yes", "on", "y", "ok"), ("0", "false", "no", "off", "n")
Number = TypeVar("Number", int, float)

missing: list[str] = []  # names
malformed: list[str] = []  # sentences; signflow/dangers tells all of it at once


class Environment(environ.FileAwareEnv):  # type: ignore[misc]  # untyped library
    """Empty is unset, the last line's end in a file is no part of a secret, and a bad value is noted by its name.

    What is set is taken as it stands: a secret may begin with `$`. After a bad value the default is returned, so
    that all of them can be told together.
    """

    def get_value(self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, **more: Any) -> Any:
        try:
            value = (self.ENVIRON.get(var) or "").strip()
        except OSError as error:
            malformed.append(f"The file that {var}_FILE names cannot be read: {error.strerror}.")
            return default
        except ValueError:
            malformed.append(f"The file that {var}_FILE names holds no text.")
            return default
        if not value:
            return super().get_value(var, default=default) if default is self.NOTSET else default
        try:
            return self.parse_value(value, cast)
        except ValueError:
            malformed.append(f"The setting {var} is not a valid {getattr(cast, '__name__', 'value')}.")
            return default

    @classmethod
    def parse_value(cls, value: str, cast: Any) -> Any:
        """Stricter than the library, for which `perhaps` is false and `soon1` is a number. Raises ValueError."""
        if cast is bool:
            if value.lower() not in YES + NO:
                raise ValueError
            return value.lower() in YES
        if cast is list:
            return [part.strip() for part in value.split(",") if part.strip()]
        return float(value) if cast is float else super().parse_value(value, cast)

    def number(self, var: str, *, default: Number, least: Number, most: Number) -> Number:
        """A number of the default's type, within bounds."""
        value: Number = self.get_value(var, cast=type(default), default=default)
        if not least <= value <= most:  # false for NaN, too
            malformed.append(f"The setting {var} must lie between {least} and {most}.")
            return default
        return value

    def choice(self, var: str, *, default: str, among: tuple[str, ...]) -> str:
        """One of several words, in whatever case."""
        value: str = self.get_value(var, cast=str, default=default)
        known = {word.lower(): word for word in among}
        if value.lower() not in known:
            malformed.append(f"The setting {var} must be one of {', '.join(among)}.")
            return default
        return known[value.lower()]


logging.getLogger("environ").setLevel(logging.INFO)  # it says each setting that is read, before LOGGING is
env = Environment()
if (BASE_DIR / ".env").is_file():
    env.read_env(str(BASE_DIR / ".env"))

DEV: bool = env.bool("SIGNFLOW_DEV", default=False)
VAR_DIR = Path(env.str("SIGNFLOW_VAR", default=str(BASE_DIR / "var")))
if DEV:
    devmode.fill(VAR_DIR)


def required(name: str) -> str:
    """The value of a setting that has no default; its absence is reported together with all others."""
    value: str = env.str(name, default="")
    if not value:
        missing.append(name)
    return value
