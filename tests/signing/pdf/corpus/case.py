from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """verdict: the code it is refused with, "" when it is taken. pages: how many it then has.

    slow: it may also run out of its time first, depending on the machine.
    """

    name: str
    build: Callable[[], bytes]
    verdict: str
    pages: int = 0
    slow: bool = False


def taken(name: str, build: Callable[[], bytes], pages: int = 1) -> Case:
    return Case(name, build, "", pages)


def refused(verdict: str, **builders: Callable[[], bytes]) -> list[Case]:
    return [Case(name.replace("_", " "), build, verdict) for name, build in builders.items()]
