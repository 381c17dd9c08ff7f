"""The chain of what happened: each link's digest covers the one before it."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from core.clock import database_now
from core.models import Event, EventPayload, User


def event_append(*, chain: UUID, kind: str, actor: User | None = None, **data: Any) -> Event:
    """Add a link. The caller holds the lock of the chain's row (the request's, or the organization's).

    data: JSON values; ids rather than names. Raises IntegrityError if two append at once without the lock.
    """
    last = Event.objects.filter(chain=chain).order_by("-seq").values_list("seq", "digest").first()
    seq, before = last or (0, "")
    salt = secrets.token_hex(16)
    event = Event(
        chain=chain,
        seq=seq + 1,
        kind=kind,
        at=database_now(),
        actor=actor.id if actor else None,
        payload_digest=_payload_digest(salt, data),
    )
    event.digest = link_digest(event, before=before)
    event.save(force_insert=True)
    EventPayload.objects.create(event=event, salt=salt, data=data)
    return event


def chain_broken_at(chain: UUID) -> int | None:
    """The first place where the chain does not hold, or None. An erased payload does not break it."""
    return links_broken_at(Event.objects.filter(chain=chain).select_related("payload").order_by("seq"))


def links_broken_at(events: Iterable[Event]) -> int | None:
    """The same for a chain's links that have been read already, in their order."""
    before = ""
    for place, event in enumerate(events, start=1):
        payload = getattr(event, "payload", None)
        if (
            event.seq != place
            or event.digest != link_digest(event, before=before)
            or (payload and event.payload_digest != _payload_digest(payload.salt, payload.data))
        ):
            return place
        before = event.digest
    return None


def link_digest(event: Event, *, before: str) -> str:
    actor = str(event.actor or "")
    parts = [
        before,
        str(event.chain),
        event.seq,
        event.kind,
        event.at.isoformat(),
        actor,
        event.payload_digest,
    ]
    return _digest(parts)


def _payload_digest(salt: str, data: dict[str, Any]) -> str:
    return _digest([salt, data])


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
