"""What `manage.py doctor` asks. Each app registers its own questions; every answer names its remedy."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db import Error as AnyDatabaseError

log = logging.getLogger(__name__)


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAULT = "fault"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """says: one sentence, without secrets. fix: what to do; empty if all is well. shown: says with the secret."""

    level: Level
    says: str
    fix: str = ""
    shown: str = ""


Check = Callable[[], Outcome]
CHECKS: dict[str, Check] = {}


def register(name: str) -> Callable[[Check], Check]:
    """Let the doctor ask this, in the order of registration."""

    def add(check: Check) -> Check:
        CHECKS[name] = check
        return check

    return add


def ok(says: str, *, shown: str = "") -> Outcome:
    return Outcome(level=Level.OK, says=says, shown=shown)


def warn(says: str, fix: str) -> Outcome:
    return Outcome(level=Level.WARN, says=says, fix=fix)


def fault(says: str, fix: str) -> Outcome:
    return Outcome(level=Level.FAULT, says=says, fix=fix)


def run_all() -> Iterator[tuple[str, Outcome]]:
    for name, check in CHECKS.items():
        yield name, run_one(check)


def run_one(check: Check) -> Outcome:
    """A check that fails itself is a fault too. Only the error's type is told: messages may hold secrets."""
    try:
        return check()
    except AnyDatabaseError as error:
        return fault(
            f"Cannot be told: the database failed ({type(error).__name__}).",
            "See the line “database” first; a table that is lacking comes with `manage.py migrate`.",
        )
    except Exception as error:
        log.debug("doctor.stumbled", exc_info=True)
        return fault(
            f"The check failed itself: {type(error).__name__}.", "Run it with LOG_LEVEL=DEBUG for the trace."
        )
