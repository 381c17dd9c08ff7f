"""The Redis client of the queue: hard limits, and one word for a queue that is away."""

from typing import Any

import redis
from dramatiq.errors import ConnectionClosed
from redis.backoff import NoBackoff
from redis.retry import Retry

CONNECT_SECONDS, ANSWER_SECONDS = 0.25, 0.5


class QueueAway(redis.ConnectionError, ConnectionClosed):
    """Redis is down, frozen or cut off. Dramatiq's threads wait and try again for a closed connection only.

    A time-out or a refusal in the wrong place ends them, and a worker without them has to be started again.
    """


class QueueClient(redis.Redis):
    """Raises QueueAway where redis-py raises its own connection errors and time-outs."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        try:
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]  # redis-py has none
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise QueueAway(type(error).__name__) from error


def queue_client(url: str) -> QueueClient:
    """A dead or frozen Redis costs a request half a second, and the clock finds the job."""
    connections = redis.ConnectionPool.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    client = QueueClient(connection_pool=connections)
    client.auto_close_connection_pool = True  # as from_url would have it
    return client
