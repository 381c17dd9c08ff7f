"""A transport that looks a name up once, judges every address it is told, and connects to one of those.

Checking a name and leaving the look-up to the connection would ask twice, and a hostile name server answers
twice: something public for the check, something inside for the connection.
"""

import contextlib
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Sequence

import httpx

from .addresses import is_loopback, is_public
from .carrier import LIMITS
from .errors import LinkRefused

RESOLVE_SECONDS = 3.0
ADDRESSES_TRIED = 3

Resolver = Callable[[str], Sequence[str]]


def system_resolver(host: str) -> Sequence[str]:
    """The system's addresses of a name, in its order.

    Raises httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout: nothing has been sent.
    """
    told: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            told.put(None)
        else:
            told.put([str(entry[4][0]) for entry in found])

    # The C library gives up in its own time, which may be half a minute: it does so in a thread nobody waits for.
    try:
        threading.Thread(target=look_up, daemon=True, name="resolve").start()
    except RuntimeError:  # the machine has no thread left
        raise httpx.PoolTimeout("no thread") from None
    try:
        addresses = told.get(timeout=RESOLVE_SECONDS)
    except queue.Empty:
        raise httpx.ConnectTimeout("name server") from None
    if not addresses:
        raise httpx.ConnectError("name not found")
    return list(dict.fromkeys(addresses))


class PinnedTransport(httpx.BaseTransport):
    """https to public addresses, plain http to this machine, and nothing else.

    One address that may not be reached spoils its name: honest names do not mix them.
    Raises LinkRefused beside what transports raise.

    judge: where https may lead. ssl_context: by default httpx's own authorities, whatever the environment says.
    """

    def __init__(
        self,
        *,
        resolve: Resolver = system_resolver,
        judge: Callable[[str], bool] = is_public,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._resolve = resolve
        self._judges = {"https": judge, "http": is_loopback}
        self._network = httpx.HTTPTransport(
            verify=ssl_context or httpx.create_ssl_context(trust_env=False),
            trust_env=False,
            # None is kept: it would be found again by its address, and serve another name on it.
            limits=LIMITS,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.raw_host.decode("ascii")
        fits = self._judges.get(request.url.scheme)
        addresses = self._resolve(host) if fits else []
        if not fits or not addresses or not all(fits(address) for address in addresses):
            raise LinkRefused("address not allowed")
        *others, last = addresses[:ADDRESSES_TRIED]
        for address in others:
            with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return self._network.handle_request(_pinned(request, host, address))
        return self._network.handle_request(_pinned(request, host, last))

    def close(self) -> None:
        self._network.close()


def _pinned(request: httpx.Request, host: str, address: str) -> httpx.Request:
    """The same request to an address. Its Host header is set already; the certificate must be the name's."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
