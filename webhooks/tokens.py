"""The tokens in the callback's path: several at once while Setu is being told a new one, each with when it last came.

A token that is taken out of SETU_CALLBACK_TOKENS opens nothing from the next start on.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from core import counters
from core.errors import NotFound

COUNTER = "callback_token"


@dataclass(frozen=True)
class TokenSeen:
    """place: in the setting, from 1; the first is the current one. at: of its last callback, None if none came."""

    place: int
    at: datetime | None

    @property
    def is_current(self) -> bool:
        return self.place == 1


def fingerprint(token: str) -> str:
    """What stands for a token wherever it is written down; the token cannot be told from it."""
    return _digest(token)[:12]


def token_check(token: str) -> str:
    """The fingerprint of a callback token that is ours, compared in constant time. Raises NotFound."""
    given = _digest(token)
    matches = [hmac.compare_digest(given, _digest(known)) for known in settings.SETU_CALLBACK_TOKENS]
    if not any(matches):
        raise NotFound
    return given[:12]


def token_came(token_fingerprint: str) -> None:
    """Remember that a callback with this token was taken. In memory: written within seconds, by a thread."""
    counters.count(COUNTER, token=token_fingerprint)


def tokens_seen(totals: Iterable[counters.Total] | None = None) -> Sequence[TokenSeen]:
    """The setting's tokens in their order. One statement, or none where the totals have been read already."""
    read = counters.totals(COUNTER) if totals is None else totals
    last = {total.labels["token"]: total.at for total in read}
    return [
        TokenSeen(place, last.get(fingerprint(token)))
        for place, token in enumerate(settings.SETU_CALLBACK_TOKENS, start=1)
    ]


def place_of(token_fingerprint: str) -> int | None:
    """Where in the setting a token stands, from 1; None for one that is no longer there."""
    known = [fingerprint(token) for token in settings.SETU_CALLBACK_TOKENS]
    return known.index(token_fingerprint) + 1 if token_fingerprint in known else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
