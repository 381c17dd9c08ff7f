"""How bytes travel to Setu and its storage: one way to open a connection pool, one way to read an answer.

httpx limits each single read and write. A peer that sends a byte now and then stays inside those limits for
ever, so a total deadline is checked between them, and cuts the connection wherever it is waited for.

A connection serves one call. One that is kept could not be cut, and its peer may close it in the very moment in
which a create leaves: nobody would know whether that has arrived.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from io import BytesIO
from types import TracebackType
from typing import Any

import httpx

Clock = Callable[[], float]

TIMEOUT = httpx.Timeout(connect=3.0, read=10.0, write=10.0, pool=3.0)  # seconds
LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=0)

# The peer has seen nothing of the request when one of these is raised.
NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)


class DeadlinePassed(Exception):
    """The call as a whole took too long."""


class TooMuch(Exception):
    """The answer is larger than anything we expect."""


class NotAsExpected(Exception):
    """The answer does not begin as it must."""


class Deadline:
    """`seconds` from now, on `clock`."""

    def __init__(self, seconds: float, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Seconds."""
        return max(0.0, self._end - self._clock())

    def check(self) -> None:
        """Raises DeadlinePassed."""
        if self._clock() > self._end:
            raise DeadlinePassed


class Cutoff:
    """Breaks a new connection when `seconds` are over, whatever is being waited for: TLS, headers and body may trickle.

    `trace` goes to httpx as the extension of that name. For one call whose connection is not kept.
    """

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._break)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._over = False

    def __enter__(self) -> "Cutoff":
        """Raises httpx.PoolTimeout: nothing has been sent, and nothing is wrong with what was to be sent."""
        try:
            self._timer.start()
        except RuntimeError:  # the machine has no thread left
            raise httpx.PoolTimeout("no thread") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._forget()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event != "connection.connect_tcp.complete":
            return
        # A second handle: TLS takes the first one over into an object of its own.
        handle = info["return_value"].get_extra_info("socket").dup()
        self._forget()
        with self._lock:
            self._socket = handle
        if self._over:
            self._break()

    def _break(self) -> None:
        self._over = True
        with self._lock, contextlib.suppress(OSError):
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)

    def _forget(self) -> None:
        with self._lock:
            if self._socket is not None:
                self._socket.close()
            self._socket = None


class PacedBytes(BytesIO):
    """A file to send that stops being readable once the deadline has passed: a slow receiver is given up."""

    def __init__(self, content: bytes, deadline: Deadline) -> None:
        super().__init__(content)
        self._deadline = deadline

    def read(self, size: int | None = -1, /) -> bytes:
        self._deadline.check()
        return super().read(size)


def open_client(
    *,
    base_url: str = "",
    headers: Mapping[str, str] | None = None,
    transport: httpx.BaseTransport | None = None,
) -> httpx.Client:
    """A thread-safe pool that follows no redirect, ignores the environment's proxies and keeps no cookie."""
    return httpx.Client(
        base_url=base_url,
        # Compressed answers could be small on the wire and huge in memory.
        headers={"User-Agent": "signflow", "Accept-Encoding": "identity", **(headers or {})},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        timeout=TIMEOUT,
        limits=LIMITS,
        follow_redirects=False,
        trust_env=False,
        transport=transport,
    )


def read_capped(
    response: httpx.Response, *, deadline: Deadline, max_bytes: int, begins: bytes = b""
) -> bytes:
    """The body of a streamed answer. Raises DeadlinePassed, TooMuch, NotAsExpected, httpx.HTTPError.

    begins: what it must begin with; a shorter body may end sooner.
    """
    chunks = bytearray()
    for chunk in response.iter_bytes():
        deadline.check()
        chunks += chunk
        if not begins.startswith(chunks[: len(begins)]):
            raise NotAsExpected
        if len(chunks) > max_bytes:
            raise TooMuch
    deadline.check()
    return bytes(chunks)
