"""Fetching a signed file from the storage host a download link points at.

The link comes from outside, so it is checked before a byte is sent (which host, which scheme), and what
comes back is bounded in size and time. Setu's keys must not travel here: they would leak, and presigned
links are refused when other credentials come along (SetuHQ/docs content/data/esign/quickstart.mdx, "Download
signed document").
"""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from functools import cache
from ipaddress import ip_address

import httpx

from .answers import retry_after_of
from .carrier import Clock, Deadline, DeadlinePassed, TooMuch, open_client, read_capped
from .errors import LinkExpired, LinkRefused, SetuUnavailable


def fetch_signed(
    url: str,
    *,
    allowed_hosts: Sequence[str],
    allow_http: bool,
    max_bytes: int,
    deadline: float = 45.0,
    transport: httpx.BaseTransport | None = None,
    clock: Clock = time.monotonic,
) -> bytes:
    """The bytes behind a download link. Safe to repeat; nothing is said about what they are.

    allowed_hosts: names; each stands for itself and everything below it.
    allow_http: plain http too, but only to this machine (development).
    deadline: seconds for the whole transfer.
    Raises LinkRefused, LinkExpired (ask for a new link), SetuUnavailable.
    """
    target = _checked(url, allowed_hosts=allowed_hosts, allow_http=allow_http)
    limit = Deadline(deadline, clock)
    session = nullcontext(_client()) if transport is None else open_client(transport=transport)
    try:
        with session as http, http.stream("GET", target) as response:
            status, headers = response.status_code, response.headers
            if status == 200:
                return read_capped(response, deadline=limit, max_bytes=max_bytes)
    # `from None`: what httpx raises carries the link.
    except (httpx.HTTPError, DeadlinePassed, TooMuch) as error:
        raise SetuUnavailable(f"storage: {type(error).__name__}", maybe_done=False) from None
    kind = LinkExpired if status in (401, 403, 410) else SetuUnavailable
    raise kind("storage", maybe_done=False, status=status, retry_after=retry_after_of(headers))


@cache
def _client() -> httpx.Client:
    return open_client()


def _checked(url: str, *, allowed_hosts: Sequence[str], allow_http: bool) -> httpx.URL:
    try:
        # Read by the library that will connect, so that both see the same host.
        target = httpx.URL(url)
    except httpx.InvalidURL:
        raise LinkRefused("not an address") from None
    if target.userinfo:
        raise LinkRefused("the address carries credentials")
    if target.scheme != "https" and not (
        target.scheme == "http" and allow_http and _is_loopback(target.host)
    ):
        raise LinkRefused("scheme not allowed")
    if not any(_matches(target.host, name) for name in allowed_hosts):
        raise LinkRefused("host not allowed")
    return target


def _matches(host: str, name: str) -> bool:
    name = name.strip().lower().strip(".")
    if not name or not host:
        return False
    return host == name or (host.endswith(f".{name}") and not _is_address(host))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)
