"""A periodic actor whose message may fail to leave: the clock goes on, and the next minute has its own message."""

import logging
from typing import Any

import dramatiq
from dramatiq import Message
from dramatiq.errors import DramatiqError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class PatientActor(dramatiq.Actor[[], None]):
    """periodiq ends at the first error; a platform that sees a process end again and again waits ever longer."""

    def send_with_options(self, **options: Any) -> Message[None]:
        try:
            return super().send_with_options(**options)
        except (DramatiqError, RedisError, OSError) as error:
            log.warning("clock.not_sent", extra={"error": type(error).__name__})
            return self.message()
