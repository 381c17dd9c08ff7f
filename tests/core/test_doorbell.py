from collections.abc import Iterator

import dramatiq
import pytest
from dramatiq.broker import Broker
from dramatiq.errors import BrokerConnectionError
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import TimeoutError as RedisFrozen

from core import doorbell
from core.doorbell import Kind
from tests.core.bells import KIND, Bell, bells, turns


class DownBroker(Broker):
    """A queue that fails in a given way at each message."""

    def __init__(self, error: Exception) -> None:
        super().__init__(middleware=[])
        self.error = error

    def declare_queue(self, queue_name: str) -> None:
        pass

    def enqueue(self, message, *, delay=None):
        raise self.error


@pytest.fixture
def kind_with() -> Iterator[object]:
    """Declares a kind whose lane, as the clock's, leads to a broker that fails with the error."""
    actors = dramatiq.get_broker().actors
    kept = actors[doorbell.TURN]

    def declare(error: Exception) -> Kind:
        down = DownBroker(error)
        lane = dramatiq.actor(actor_name="tests.down", broker=down)(lambda job_id: None)
        actors[doorbell.TURN] = dramatiq.actor(actor_name=doorbell.TURN, broker=down)(lambda: None)
        kind = Kind(name="tests.down", lease=9, work=lambda claim: None, by_bell=lane)
        doorbell.KINDS["tests.down"] = kind
        return kind

    yield declare
    doorbell.KINDS.pop("tests.down", None)
    actors[doorbell.TURN] = kept


@pytest.mark.parametrize(
    "error", [RedisGone("refused"), RedisFrozen("slow"), BrokerConnectionError("gone"), OSError("no route")]
)
@pytest.mark.parametrize("by_clock", [False, True])
def test_a_queue_that_is_down_is_logged_and_does_not_disturb(error, by_clock, kind_with, caplog):
    kind_with(error)
    left = doorbell.send_turn() if by_clock else doorbell.send("tests.down", 7)
    assert left is False
    (line,) = [record for record in caplog.records if record.message == "doorbell.not_sent"]
    assert vars(line)["job_id"] == (None if by_clock else 7)
    assert vars(line)["actor"] == (doorbell.TURN if by_clock else "tests.down")
    assert vars(line)["error"] == type(error).__name__


def test_a_mistake_of_ours_is_not_taken_for_a_queue_that_is_down(kind_with):
    kind_with(TypeError("a mistake"))
    with pytest.raises(TypeError):
        doorbell.send("tests.down", 7)


@pytest.mark.usefixtures("worked")
def test_a_message_goes_to_the_kinds_queue_and_a_turn_to_the_clocks(broker):
    doorbell.send(KIND, 7)
    doorbell.send(KIND, 9, delay=2.5)
    doorbell.send_turn()
    doorbell.send_turn(delay=1.5)
    assert sorted(bells(broker), key=lambda bell: bell.job_id) == [
        Bell(7, "tests", 0),
        Bell(9, "tests", 2.5),
    ]
    assert sorted(turns(broker)) == [0, 1.5]
    assert broker.get_actor(doorbell.TURN).queue_name == doorbell.CLOCK_QUEUE


def test_an_undeclared_kind_is_named():
    with pytest.raises(LookupError, match=r"tests\.unknown"):
        doorbell.kind("tests.unknown")
