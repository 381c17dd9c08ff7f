"""A cheap HTTP client that keeps connections busy: what it costs itself is small beside what it measures."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import quantiles

TIMEOUT = 120.0  # s, for a whole run


@dataclass(frozen=True)
class Run:
    """What came of some requests: seconds for all, and milliseconds for each, sorted."""

    seconds: float
    ms: list[float]
    sizes: int

    @property
    def per_second(self) -> float:
        return len(self.ms) / self.seconds

    def percentile(self, of_hundred: int) -> float:
        return quantiles(self.ms, n=100, method="inclusive")[of_hundred - 1]


class Refused(Exception):
    """An answer other than 200."""


class _Connection(asyncio.Protocol):
    """One kept connection: sends the next message when the last is answered."""

    def __init__(self, take: Callable[[], bytes | None], done: asyncio.Future[None], ms: list[float]) -> None:
        self._take, self._done, self._ms = take, done, ms
        self._buffer = bytearray()
        self._length = -1
        self._transport: asyncio.Transport | None = None
        self.received = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def abort(self) -> None:
        if self._transport:
            self._transport.abort()

    def _next(self) -> None:
        message = self._take()
        assert self._transport is not None
        if message is None:
            if not self._done.done():
                self._done.set_result(None)
            return
        self._buffer.clear()
        self._length = -1
        self._began = time.perf_counter()
        self._transport.write(message)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._length < 0:
            head, found, _ = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 200"):
                self._fail(Refused(bytes(self._buffer[:300]).decode(errors="replace")))
                return
            lines = head.lower().split(b"\r\n")
            stated = next(line for line in lines if line.startswith(b"content-length:"))
            self._length = len(head) + 4 + int(stated.split(b":")[1])
        if len(self._buffer) >= self._length:
            self._ms.append((time.perf_counter() - self._began) * 1000)
            self.received += self._length
            self._next()

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(error or ConnectionError("the server closed the connection"))

    def _fail(self, error: Exception) -> None:
        if not self._done.done():
            self._done.set_exception(error)


def run(port: int, messages: Sequence[bytes], *, connections: int) -> Run:
    """Send each message once over so many kept connections, as fast as they are answered.

    Raises Refused for an answer other than 200, OSError for a broken connection.
    """
    return asyncio.run(_run(port, messages, connections))


async def _run(port: int, messages: Sequence[bytes], connections: int) -> Run:
    loop = asyncio.get_running_loop()
    waiting = iter(messages)
    ms: list[float] = []
    ends = [loop.create_future() for _ in range(connections)]
    began = time.perf_counter()
    opened = [_Connection(lambda: next(waiting, None), end, ms) for end in ends]
    try:
        async with asyncio.timeout(TIMEOUT):
            for connection in opened:
                await loop.create_connection(partial(_same, connection), "127.0.0.1", port)
            await asyncio.gather(*ends)
            seconds = time.perf_counter() - began
    finally:
        for connection in opened:
            connection.abort()
        await asyncio.sleep(0.01)  # the loop closes the sockets
    return Run(seconds, sorted(ms), sum(connection.received for connection in opened))


def _same(connection: _Connection) -> _Connection:
    return connection


def get(path: str, *, token: str = "") -> bytes:
    sign_in = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{sign_in}\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
