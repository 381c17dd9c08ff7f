"""Shapes that more than one door answers with."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from core.auth import tokens_for
from core.models import SecurityEvent, SecurityKind, SecurityReason, User
from core.schemas import PersonOut, SecurityEventOut, SecurityLog, Tokens


def tokens_out(user: User) -> Tokens:
    """New tokens, as the frontend keeps them."""
    access, refresh = tokens_for(user)
    return Tokens(
        access=access,
        refresh=refresh,
        user_id=user.id,
        user_username=user.username,
        is_manager=user.is_manager,
    )


def security_log_out(
    events: Sequence[SecurityEvent], *, limit: int, people: Mapping[UUID, User]
) -> SecurityLog:
    """events: one more than `limit` where there is another page."""
    shown = events[:limit]
    return SecurityLog(
        events=[_security_event_out(event, people) for event in shown],
        next=shown[-1].id if len(events) > limit else None,
    )


def _security_event_out(event: SecurityEvent, people: Mapping[UUID, User]) -> SecurityEventOut:
    """Who works for support is told to nobody outside, nor from where; that it was support is."""
    assert event.account  # noqa: S101  # whatever is an organization's concerns one of its accounts
    by = people.get(event.actor) if event.actor else None
    by_support = by is not None and by.organization_id != event.organization_id
    return SecurityEventOut(
        id=event.id,
        at=event.at,
        kind=SecurityKind(event.kind),
        reason=SecurityReason(event.reason) if event.reason else None,
        account=_person_out(event.account, people),
        actor=_person_out(event.actor, people) if event.actor and not by_support else None,
        by_support=by_support,
        count=event.count,
        network="" if by_support else event.network,
        http_request="" if by_support else event.http_request,
    )


def _person_out(user_id: UUID, people: Mapping[UUID, User]) -> PersonOut:
    user = people.get(user_id)
    return PersonOut(id=user_id, username=user.username if user else None)
