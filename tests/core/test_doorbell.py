from collections.abc import Iterator

import dramatiq
import pytest
from dramatiq.broker import Broker
from dramatiq.errors import BrokerConnectionError
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import TimeoutError as RedisFrozen

from core import doorbell
from core.doorbell import Kind
from tests.core.bells import KIND, Bell, bells


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
    """Declares a kind whose lanes lead to a broker that fails with the error."""

    def declare(error: Exception) -> Kind:
        lane = dramatiq.actor(actor_name="tests.down", broker=DownBroker(error))(lambda job_id: None)
        kind = Kind(name="tests.down", lease=9, work=lambda claim: None, by_bell=lane, by_clock=lane)
        doorbell.KINDS["tests.down"] = kind
        return kind

    yield declare
    doorbell.KINDS.pop("tests.down", None)


@pytest.mark.parametrize(
    "error", [RedisGone("refused"), RedisFrozen("slow"), BrokerConnectionError("gone"), OSError("no route")]
)
@pytest.mark.parametrize("by_clock", [False, True])
def test_a_queue_that_is_down_is_logged_and_does_not_disturb(error, by_clock, kind_with, caplog):
    kind_with(error)
    doorbell.send("tests.down", 7, by_clock=by_clock)
    (line,) = [record for record in caplog.records if record.message == "doorbell.not_sent"]
    assert (vars(line)["job_id"], vars(line)["error"]) == (7, type(error).__name__)


def test_a_mistake_of_ours_is_not_taken_for_a_queue_that_is_down(kind_with):
    kind_with(TypeError("a mistake"))
    with pytest.raises(TypeError):
        doorbell.send("tests.down", 7)


@pytest.mark.usefixtures("worked")
def test_a_message_goes_to_the_kinds_queue_or_to_the_clocks(broker):
    doorbell.send(KIND, 7)
    doorbell.send(KIND, 8, by_clock=True)
    doorbell.send(KIND, 9, delay=2.5)
    assert sorted(bells(broker), key=lambda bell: bell.job_id) == [
        Bell(7, "tests", 0),
        Bell(8, "clock", 0),
        Bell(9, "tests", 2.5),
    ]


def test_an_undeclared_kind_is_named():
    with pytest.raises(LookupError, match=r"tests\.unknown"):
        doorbell.kind("tests.unknown")
