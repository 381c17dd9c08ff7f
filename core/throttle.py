"""How often somebody may try to sign in, counted in the database: for all processes, and before a password is read.

A row says when the allowance is full again. A try moves that on by its share of the minute, and is refused when it
would lie more than a minute ahead. Refused tries cost nothing, so whoever waits `Retry-After` seconds gets in.

A name's tries are counted for each network apart: nobody elsewhere uses up the owner's. For those who try from many
networks there is a ceiling for the name, which does not hold where its owner has lately signed in.
"""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from django.db import transaction
from django.utils.crypto import salted_hmac

from core.clock import after, database_now
from core.errors import TooMany
from core.models import Allowance

MINUTE = 60.0  # s
ACCOUNT_TRIES = (
    10  # a minute; with an old token in its storage, a browser makes two calls of one wrong password
)
NAME_TRIES = 30  # a minute, from all networks together where its owner has not lately signed in
ADDRESS_TRIES = 60  # a minute; an office shares one
FAMILIAR_SECONDS = 30 * 86_400.0


@transaction.atomic
def sign_in_count(*, username: str, address: str) -> None:
    """Count a try. Raises TooMany, the same and after the same work whether there is such an account or not.

    address: empty for who is signed in already, and where none is known.
    """
    name = username.lower()
    if address:
        _count("address", _network(address), tries=ADDRESS_TRIES)
    _count("account", *_place(name, address), tries=ACCOUNT_TRIES)
    if address and not Allowance.objects.filter(key=_familiar(name, address), full_at__gt=after(0)).exists():
        _count("name", name, tries=NAME_TRIES)


def signed_in_note(*, username: str, address: str) -> None:
    """The name's owner signs in from here: strangers' tries elsewhere do not count here for a while."""
    if not address:
        return
    row = Allowance(key=_familiar(username.lower(), address), full_at=after(FAMILIAR_SECONDS))
    Allowance.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["key"], update_fields=["full_at"]
    )


def forget_old() -> None:
    """Drop what says nothing any more."""
    Allowance.objects.filter(full_at__lt=after(-MINUTE)).delete()


def _count(kind: str, *values: str, tries: int) -> None:
    """Raises TooMany; what was counted before it in the caller's transaction is then taken back."""
    if wait := ceil(_take(_key(kind, *values), tries=tries)):
        moment = "a second" if wait == 1 else f"{wait} seconds"
        raise TooMany(f"There were too many tries to sign in. Try again in {moment}.", retry_after=wait)


def _place(name: str, address: str) -> tuple[str, str]:
    return name, _network(address) if address else ""


def _familiar(name: str, address: str) -> str:
    return _key("familiar", *_place(name, address))


@transaction.atomic
def _take(key: str, *, tries: int) -> float:
    """Use one of `tries` a minute; returns 0, or the seconds until there is one again."""
    Allowance.objects.bulk_create([Allowance(key=key, full_at=after(0))], ignore_conflicts=True)
    row = Allowance.objects.select_for_update().filter(key=key).first()
    if row is None:  # forgotten in between: it was full
        return 0.0
    now = database_now()
    full_at = max(row.full_at, now) + timedelta(seconds=MINUTE / tries)
    wait = (full_at - now).total_seconds() - MINUTE
    if wait > 0:
        return wait
    row.full_at = full_at
    row.save(update_fields=["full_at"])
    return 0.0


def _network(address: str) -> str:
    """One household of IPv6 has 2^64 addresses: its network counts."""
    if isinstance(ip_address(address), IPv6Address):
        return str(ip_network(f"{address.partition('%')[0]}/64", strict=False))
    return address


def _key(kind: str, *values: str) -> str:
    text = "\0".join(reversed(values))  # the network first, which holds no NUL: two pairs are never one text
    return salted_hmac(f"core.throttle.{kind}", text, algorithm="sha256").hexdigest()
