"""Erasing a person: their account stays as a row that names nobody, so that what they had a part in still adds up.

Each app registers its part: what it holds about a person, and how that is done away with. A part runs in short
transactions and may be repeated, so whoever is killed in the midst is started again; the account's own row comes last,
as its names are what is searched for. Chains of events hold: links carry ids and salted digests, and a payload that
names the person is deleted together with its salt.
"""

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F, QuerySet

from core.errors import Conflict
from core.events import event_append
from core.models import EventPayload, Organization, SecurityKind, User
from core.security import event_keep

log = logging.getLogger(__name__)
INSTEAD = "[erased]"
WORD_MIN = 3  # letters: shorter words stand in texts for themselves
ROUNDS = 3


class OpenWork(Conflict):
    code = "person_has_open_requests"
    title = "The person has open requests"


class StillWritten(Conflict):
    code = "person_still_written_about"
    title = "The person is still being written about"


@dataclass(frozen=True)
class Person:
    """Who is erased. full_name, username: as they were before; empty once they are gone."""

    user_id: UUID
    organization_id: UUID | None
    username: str
    full_name: str

    @property
    def names(self) -> tuple[str, ...]:
        """What may stand for them in texts about what they had a part in; the longest first."""
        words = {self.full_name, self.username, *self.full_name.split()}
        return tuple(sorted((word for word in words if len(word) >= WORD_MIN), key=len, reverse=True))

    @property
    def known_as(self) -> tuple[str, ...]:
        """What can only mean them, also in texts about others: a full name of several words."""
        return (self.full_name,) if " " in self.full_name else ()


@dataclass(frozen=True)
class Part:
    """run(person, dry): how many rows hold something of the person's, done away with unless it is dry."""

    table: str
    does: str
    run: Callable[[Person, bool], int]


@dataclass(frozen=True)
class Hindrance:
    """Work that has to end first. open: how much there is. end: ask for its end; it may take a while."""

    open: Callable[[Person], int]
    end: Callable[[Person], None]


PARTS: list[Part] = []
HINDRANCES: list[Hindrance] = []


def part(
    table: str, *, does: str
) -> Callable[[Callable[[Person, bool], int]], Callable[[Person, bool], int]]:
    def add(run: Callable[[Person, bool], int]) -> Callable[[Person, bool], int]:
        PARTS.append(Part(table, does, run))
        return run

    return add


def erased_name(user_id: UUID) -> str:
    return f"erased-{user_id.hex}"


def is_erased(user: User) -> bool:
    """As far as this copy of the row knows."""
    return user.username == erased_name(user.id)


def person_of(user: User) -> Person:
    name = "" if is_erased(user) else user.username
    return Person(user.id, user.organization_id, name, user.full_name)


def open_work(person: Person) -> int:
    return sum(hindrance.open(person) for hindrance in HINDRANCES)


def open_work_end(person: Person) -> None:
    """Ask for the end of what is open. What has ended by then is seen by asking again."""
    for hindrance in HINDRANCES:
        hindrance.end(person)


def found(person: Person) -> list[tuple[Part, int]]:
    """What an erasure would change, by part; changes nothing."""
    return [(each, each.run(person, True)) for each in PARTS]


def person_erase(user: User) -> list[tuple[Part, int]]:
    """Erase; returns how many rows each part changed. Raises OpenWork; nothing but the lock is done then.

    Raises StillWritten if rows about the person were still being written in the last round: the account keeps its
    names then, as nothing could be searched for without them. Repeating is safe, also after a crash at any point.
    """
    person = person_of(user)
    if open_work(person):
        raise OpenWork("The person has open requests. Cancel them, or let them end, first.")
    _account_close(person)
    numbers = [0] * len(PARTS)
    for _ in range(ROUNDS):  # again for what was written meanwhile
        changed = [each.run(person, False) for each in PARTS]
        numbers = [sum(pair) for pair in zip(numbers, changed, strict=True)]
        if not any(changed):
            break
    else:
        raise StillWritten("Rows that name the person are still being written. Erase again in a moment.")
    _account_erase(person)
    return list(zip(PARTS, numbers, strict=True))


@transaction.atomic
def _account_close(person: Person) -> None:
    """From now on nobody signs in as this person and nobody can ask them to sign."""
    _chain_locked(person)
    User.objects.filter(id=person.user_id).update(**_closed())


@transaction.atomic
def _account_erase(person: Person) -> None:
    _chain_locked(person)
    if open_work(person):  # asked for in the moment before the account was closed
        raise OpenWork("The person has got an open request meanwhile. Cancel it, and erase again.")
    name = erased_name(person.user_id)
    named = User.objects.filter(id=person.user_id).exclude(username=name)
    if not named.update(username=name, full_name="", dob=None, **_closed()):  # somebody may have unlocked it
        return
    if person.organization_id:
        event_append(chain=person.organization_id, kind="user.erased", user=str(person.user_id))
    event_keep(SecurityKind.ACCOUNT_ERASED, account=User.objects.get(id=person.user_id), actor=None)
    log.info("person.erased", extra={"user_id": person.user_id})


def _closed() -> dict[str, Any]:
    return {
        "is_active": False,
        "is_staff": False,
        "password": make_password(None),
        "token_version": F("token_version") + 1,
        "last_login": None,
    }


def _chain_locked(person: Person) -> None:
    if person.organization_id:
        Organization.objects.select_for_update().get(id=person.organization_id)


def mentions(text: str, names: Iterable[str]) -> bool:
    return masked(text, names) != text


def masked(text: str, names: Iterable[str]) -> str:
    """The text with other words in the place of the names, where they stand as words of their own."""
    for name in names:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", INSTEAD, text, flags=re.IGNORECASE)
    return text


def texts_masked(rows: QuerySet[Any], fields: Iterable[str], names: Iterable[str], *, dry: bool) -> int:
    """Mask the names in columns of rows; returns how many rows hold one."""
    names, fields, number = tuple(names), tuple(fields), 0
    for row in rows.only("pk", *fields).iterator(chunk_size=500) if names else ():
        changed = {}
        for field in fields:
            text = getattr(row, field)
            new = masked(text, names)[: row._meta.get_field(field).max_length]
            if new != text:
                changed[field] = new
        if changed:
            number += 1
            if not dry:
                rows.model._default_manager.filter(pk=row.pk).update(**changed)
    return number


def payloads_erased(payloads: QuerySet[EventPayload], names: Iterable[str], *, dry: bool) -> int:
    """Delete the details of events that hold one of the names; the links stay, and the chain with them."""
    names = tuple(names)
    number = 0
    for payload in payloads.iterator(chunk_size=500) if names else ():
        if any(mentions(text, names) for text in _texts(payload.data)):
            number += 1
            if not dry:
                payload.delete()
    return number


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in [*value.keys(), *value.values()] if isinstance(value, dict) else value:
            yield from _texts(each)
