import dramatiq
import pytest
from redis.exceptions import ConnectionError as RedisGone

from core.periodic import PatientActor
from tests.core.test_doorbell import DownBroker


def tick() -> None:
    """What a clock sends."""


def test_a_minute_whose_message_cannot_leave_is_logged_and_the_clock_goes_on(caplog):
    actor = dramatiq.actor(
        actor_class=PatientActor, actor_name="tests.tick", broker=DownBroker(RedisGone("refused"))
    )(tick)
    actor.send_with_options(scheduled_at="2026-01-01T00:00:00+00:00")
    assert [record.message for record in caplog.records] == ["clock.not_sent"]


def test_a_mistake_of_ours_ends_the_clock(caplog):
    actor = dramatiq.actor(
        actor_class=PatientActor, actor_name="tests.tick", broker=DownBroker(TypeError("a mistake"))
    )(tick)
    with pytest.raises(TypeError):
        actor.send_with_options(scheduled_at="2026-01-01T00:00:00+00:00")
