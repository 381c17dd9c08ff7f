"""Calls to Setu are counted by name and outcome; how the last one went is what we know of Setu's health."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from core.counters import Total, count, totals
from signing.setu.client import SetuClient
from signing.setu.errors import SetuDenied, SetuError, SetuNotFound, SetuUnavailable

NAME = "setu_calls"
ANSWERS = frozenset(
    {"ok", "not_found", "refused"}
)  # Setu was there and spoke; the others: unavailable, denied

P = ParamSpec("P")
R = TypeVar("R")


def outcome_of(error: SetuError) -> str:
    if isinstance(error, SetuDenied):
        return "denied"
    if isinstance(error, SetuUnavailable):
        return "unavailable"
    return "not_found" if isinstance(error, SetuNotFound) else "refused"


def counted(call: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Count how each call of the function ends."""

    def around(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                result = function(*args, **kwargs)
            except SetuError as error:
                count(NAME, call=call, outcome=outcome_of(error))
                raise
            count(NAME, call=call, outcome="ok")
            return result

        return run

    return around


class CountedClient(SetuClient):
    upload = counted("upload")(SetuClient.upload)
    create = counted("create")(SetuClient.create)
    signature = counted("signature")(SetuClient.signature)
    download_link = counted("download_link")(SetuClient.download_link)
    delete = counted("delete")(SetuClient.delete)


def last_call() -> Total | None:
    """The call that was answered, or not, most recently, in whichever process."""
    return max(totals(NAME), key=lambda total: total.at, default=None)
