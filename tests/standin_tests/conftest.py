"""The stand-in in process, and a client of it that speaks as Setu's documentation says."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.standin import Clock, StandIn
from tests.standin_tests.client import Client

NOON = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)  # noon in India


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def posted() -> list[bytes]:
    """The notifications the receiver got."""
    return []


@pytest.fixture
def standin(clock: Clock, posted: list[bytes]) -> Iterator[StandIn]:
    def receive(body: bytes) -> int:
        posted.append(body)
        return 200

    made = StandIn(clock=clock, callback=receive, seed=1, control=True)
    yield made
    made.close()


@pytest.fixture
def setu(standin: StandIn) -> Iterator[Client]:
    with Client(standin) as client:
        yield client
