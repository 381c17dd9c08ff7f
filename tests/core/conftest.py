"""A kind of job that only the tests know, and what its work does."""

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from dramatiq.brokers.stub import StubBroker

from core import doorbell, jobs, work
from tests.core.bells import KIND, LEASE


class Work:
    """What jobs of the test's kind do: the given steps, one a claim, and once these are used up, nothing more."""

    def __init__(self) -> None:
        self.claims: list[jobs.Claim] = []
        self.steps: list[Callable[[jobs.Claim], None]] = []

    def __call__(self, claim: jobs.Claim) -> None:
        self.claims.append(claim)
        if self.steps:
            self.steps.pop(0)(claim)
        else:
            jobs.settle(claim, next_in=None)


@pytest.fixture
def worked(broker: StubBroker) -> Iterator[Work]:
    """Declares the test's kind; what it was given to work, and what it shall do."""
    declared = Work()
    work.actor(KIND, queue="tests", lease=LEASE)(declared)
    yield declared
    undeclare(broker, KIND)


def undeclare(broker: StubBroker, name: str) -> None:
    del broker.actors[doorbell.KINDS.pop(name).by_bell.actor_name]


@pytest.fixture
def subject() -> UUID:
    return uuid4()
