"""What SignFlow must not run with, each with a number and a remedy: one list for the start and for `manage.py check`.

An E stops the start in production, a W is told by `manage.py check --deploy`. docs/configuration.md has a table of all,
and a test compares it. Nothing that is said holds a setting's value: it may be a secret.
"""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from signflow.dangers.callbacks import CALLBACKS
from signflow.dangers.danger import Danger
from signflow.dangers.errors import ERRORS
from signflow.dangers.warnings import WARNINGS

__all__ = ["DANGERS", "Danger", "found", "refuse"]
DANGERS: tuple[Danger, ...] = (*ERRORS, *CALLBACKS, *WARNINGS)


def found(settings: Any, *, at_start: bool = False) -> list[Danger]:
    """What of the list these settings hold. Development may do most of it. at_start: before the apps are loaded."""
    asked = (danger for danger in DANGERS if danger.at_start or not at_start)
    return [danger for danger in asked if (not settings.DEV or danger.always) and danger.found(settings)]


def refuse(settings: Any, *, missing: list[str], malformed: list[str]) -> None:
    """Raise ImproperlyConfigured with everything that is missing, malformed or dangerous, if anything is."""
    said = []
    if missing:
        said.append(
            "These settings are missing: " + ", ".join(missing) + ". .env.example describes each of them; "
            "SIGNFLOW_DEV=1 (as `make run` sets it) fills them in for development."
        )
    said += malformed
    if dangers := [danger for danger in found(settings, at_start=True) if danger.stops]:
        where = "in production" if not settings.DEV else "here"
        told = " ".join(f"{danger.says} {danger.hint} ({danger.id})" for danger in dangers)
        said.append(f"These settings are dangerous {where}: {told}")
    if said:
        raise ImproperlyConfigured(" ".join(said))
