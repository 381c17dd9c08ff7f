"""What is done once a minute beside ringing what is due, whoever ticks: each app registers its part."""

import logging
from collections.abc import Callable

from django.db import DatabaseError

log = logging.getLogger(__name__)
Work = Callable[[], object]
PARTS: list[Work] = []


def each_minute(work: Work) -> Work:
    """Register it; it must be short, and safe to repeat. Decorator."""
    PARTS.append(work)
    return work


def minute_over() -> None:
    """Do all parts; one that stumbles does not keep the others from their turn. Raises DatabaseError."""
    for work in PARTS:
        try:
            work()
        except DatabaseError:
            raise
        except Exception:
            log.exception("minute.stumbled", extra={"part": getattr(work, "__name__", "")})
