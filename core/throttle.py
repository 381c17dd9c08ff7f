"""How often somebody may try to sign in, counted in the database: for all processes, and before a password is read.

A row says when the allowance is full again. A try moves that on by its share of the minute, and is refused when it
would lie more than a minute ahead. Refused tries cost nothing, so whoever waits `Retry-After` seconds gets in.
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
ADDRESS_TRIES = 60  # a minute; an office shares one


def sign_in_count(*, username: str, address: str) -> None:
    """Count a try. Raises TooMany, the same whether there is such an account or not."""
    waits = [_take(_key("address", _network(address)), tries=ADDRESS_TRIES)] if address else []
    if not any(waits):
        waits = [_take(_key("account", username.lower()), tries=ACCOUNT_TRIES)]
    if wait := ceil(max(waits)):
        moment = "a second" if wait == 1 else f"{wait} seconds"
        raise TooMany(f"There were too many tries to sign in. Try again in {moment}.", retry_after=wait)


def forget_old() -> None:
    """Drop what says nothing any more."""
    Allowance.objects.filter(full_at__lt=after(-MINUTE)).delete()


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


def _key(kind: str, value: str) -> str:
    return salted_hmac(f"core.throttle.{kind}", value, algorithm="sha256").hexdigest()
