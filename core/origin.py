"""Where what is being done came from, for the security log: kept beside the log's context, not in every line of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """network: around the caller's address, /24 or /48 (core/address.py). http_request: the request's id.

    Both are empty for what a command or a worker does.
    """

    network: str = ""
    http_request: str = ""


_current: ContextVar[Callable[[], Origin]] = ContextVar("origin", default=Origin)


def origin() -> Origin:
    return _current.get()()


@contextmanager
def coming_from(where: Callable[[], Origin]) -> Iterator[None]:
    """where: asked only if something is written down, so that other calls pay nothing for it."""
    token = _current.set(where)
    try:
        yield
    finally:
        _current.reset(token)
