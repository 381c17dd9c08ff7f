"""The doctor as tests call it."""

import io

from django.core.management import CommandError, call_command

from core.checks import CHECKS, Level, Outcome, run_one


def doctor(*arguments: str) -> tuple[int, str]:
    """Its exit code and what it prints."""
    out = io.StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


def asked(name: str) -> Outcome:
    outcome = run_one(CHECKS[name])
    assert bool(outcome.fix) == (outcome.level != Level.OK), "whatever is not well has its remedy"
    return outcome
