"""JSON in and out, and the ids Setu hands out."""

import json
import random
import uuid
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Response


def json_bytes(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def json_response(value: Any, status: int = 200) -> Response:
    return Response(json_bytes(value), status=status, content_type="application/json")


class Ids:
    """UUIDs and trace ids. With a seed the same run gives the same ids.

    starts: earlier runs on the same kept state, whose ids must not come again.
    """

    def __init__(self, seed: int | None = None, *, starts: int = 0) -> None:
        again = seed if not starts else f"{seed}/{starts}"
        self._random = random.SystemRandom() if seed is None else random.Random(again)  # noqa: S311
        self._traces = 0

    def new(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def trace(self, now: datetime) -> str:
        """By turns in the form of AWS X-Ray and as a UUID, as Setu's samples show both."""
        self._traces += 1
        if self._traces % 2:
            return f"1-{int(now.timestamp()):08x}-{self._random.getrandbits(96):024x}"
        return self.new()
