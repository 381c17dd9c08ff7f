"""Dramatiq's threads take any of Redis' troubles for a closed connection, and redis-py's callers for its own error."""

import pytest
import redis
from dramatiq.errors import BrokerConnectionError

from core.queueclient import queue_client
from tests.core.test_redis_frozen import down, frozen


@pytest.mark.parametrize("trouble", [down, frozen])
def test_a_queue_that_is_down_or_frozen_is_away_to_dramatiq_and_to_redis_py(trouble):
    held, port = trouble()
    client = queue_client(f"redis://127.0.0.1:{port}/0")
    with pytest.raises(BrokerConnectionError):
        client.ping()
    with pytest.raises(redis.ConnectionError):
        client.ping()
    client.close()
    held.close()
