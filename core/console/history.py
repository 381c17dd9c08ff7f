"""A chain of events as a table for people."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.console.sections import Table
from core.console.shown import moment
from core.events import chain_broken_at
from core.models import Event, User

EVENTS_MAX = 100  # shown, the newest first
VERIFIED_MAX = 500  # of longer chains only the end is shown, and nothing is claimed
TEXT_MAX = 300


def history(chain: UUID, *, names: Mapping[str, str] | None = None) -> Table:
    """names: ids in the events' details → what people call them."""
    events = list(Event.objects.filter(chain=chain).select_related("payload").order_by("-seq")[:EVENTS_MAX])
    people = User.objects.in_bulk([event.actor for event in events if event.actor])
    known = dict(names or {}) | {str(key): user.username for key, user in people.items()}
    rows = [
        (
            event.seq,
            moment(event.at),
            event.kind.replace(".", " ").replace("_", " "),
            known.get(str(event.actor), "somebody since erased") if event.actor else "SignFlow",
            _details(event, known),
        )
        for event in events
    ]
    return Table(
        "What happened", ("No.", "When (UTC)", "What", "Who", "Details"), rows, note=_note(chain, events)
    )


def _note(chain: UUID, events: list[Event]) -> str:
    if not events:
        return ""
    if events[0].seq > VERIFIED_MAX:
        return f"The newest {len(events)} of {events[0].seq}. The chain is too long to be verified here."
    broken = chain_broken_at(chain)
    if broken is not None:
        return f"THE CHAIN IS BROKEN at no. {broken}: somebody has changed the record. Tell the developers."
    more = f" The newest {len(events)} of {events[0].seq} are shown." if events[0].seq > len(events) else ""
    return f"The chain is whole: nothing in it was changed or taken out.{more}"


def _details(event: Event, known: Mapping[str, str]) -> str:
    payload = getattr(event, "payload", None)
    if payload is None:
        return "erased"
    parts = [
        f"{key.replace('_', ' ')}: {_text(value, known)}" for key, value in payload.data.items() if value
    ]
    text = "; ".join(parts)
    return text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]}…"


def _text(value: Any, known: Mapping[str, str]) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{known.get(key, key)} {_text(each, known)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(_text(each, known) for each in value if each)
    return known.get(str(value), str(value))
