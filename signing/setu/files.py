"""Fetching a signed file from the storage host a download link points at.

The link comes from outside, so it is checked before a byte is sent: how it is written here, where its name leads
in `pinned`. What comes back is bounded in size and time, and no redirect is followed. Setu's keys must not travel
here: they would leak, and presigned links are refused when other credentials come along (SetuHQ/docs
content/data/esign/quickstart.mdx, "Download signed document").
"""

import re
import time
from collections.abc import Sequence
from contextlib import nullcontext
from functools import cache

import httpx

from .addresses import is_address, is_loopback
from .answers import retry_after_of
from .carrier import Clock, Cutoff, Deadline, DeadlinePassed, NotAsExpected, TooMuch, open_client, read_capped
from .errors import LinkExpired, LinkRefused, SetuUnavailable
from .pinned import PinnedTransport

LINK_LENGTH = 8_192
NAME_LENGTH = 253
FILE_SECONDS = 45.0
BEGINS = b"%PDF-"
NAME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9-]{1,63}")
# Some resolvers read a host that ends in a number as an address: 2130706433, 0x7f.1, 0177.0.0.1.
ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")


def fetch_signed(
    url: str,
    *,
    allowed_hosts: Sequence[str],
    allow_http: bool,
    max_bytes: int,
    deadline: float = FILE_SECONDS,
    transport: httpx.BaseTransport | None = None,
    clock: Clock = time.monotonic,
) -> bytes:
    """The bytes behind a download link, which begin as a PDF; no more is said about them. Safe to repeat.

    allowed_hosts: names; each stands for itself and everything below it.
    allow_http: plain http too, at any port, but only to this machine (development).
    deadline: seconds for the whole transfer.
    transport: None goes to the network, to public addresses only.
    Raises LinkRefused, LinkExpired (ask for a new link), SetuUnavailable.
    """
    target = _checked(url, allowed_hosts=allowed_hosts, allow_http=allow_http)
    limit = Deadline(deadline, clock)
    session = nullcontext(_client()) if transport is None else open_client(transport=transport)
    try:
        with (
            Cutoff(deadline) as cutoff,
            session as http,
            http.stream("GET", target, extensions={"trace": cutoff.trace}) as response,
        ):
            status, headers = response.status_code, response.headers
            if status == 200:
                return read_capped(response, deadline=limit, max_bytes=max_bytes, begins=BEGINS)
    # `from None`: what httpx raises carries the link.
    except NotAsExpected:
        raise SetuUnavailable("storage: not_a_pdf", maybe_done=False) from None
    except (httpx.HTTPError, DeadlinePassed, TooMuch) as error:
        raise SetuUnavailable(f"storage: {type(error).__name__}", maybe_done=False) from None
    kind = LinkExpired if status in (401, 403, 410) else SetuUnavailable
    raise kind("storage", maybe_done=False, status=status, retry_after=retry_after_of(headers))


@cache
def _client() -> httpx.Client:
    return open_client(transport=PinnedTransport())


def _checked(url: str, *, allowed_hosts: Sequence[str], allow_http: bool) -> httpx.URL:
    if len(url) > LINK_LENGTH:
        raise LinkRefused("the address is too long")
    try:
        # Read by the library that will connect, so that both see the same host.
        target = httpx.URL(url)
        host = target.raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError):
        raise LinkRefused("not an address") from None
    if target.userinfo:
        raise LinkRefused("the address carries credentials")
    if target.scheme == "http" and allow_http:
        if host != "localhost" and not is_loopback(host):
            raise LinkRefused("scheme not allowed")
    elif target.scheme != "https":
        raise LinkRefused("scheme not allowed")
    elif target.port is not None:  # httpx leaves out 443
        raise LinkRefused("port not allowed")
    elif not _is_name(host):
        raise LinkRefused("host is not a name")
    if not any(_matches(host, name) for name in allowed_hosts):
        raise LinkRefused("host not allowed")
    return target


def _is_name(host: str) -> bool:
    return len(host) <= NAME_LENGTH and bool(NAME.fullmatch(host)) and not ENDS_IN_NUMBER.fullmatch(host)


def _matches(host: str, name: str) -> bool:
    name = name.strip().lower().strip(".")
    return bool(name) and (host == name or (host.endswith(f".{name}") and not is_address(host)))
