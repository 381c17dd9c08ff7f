"""Listeners that nobody may come to, and a watch over every connection this process tries."""

import contextlib
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any

_watched: list[tuple[str, Any]] | None = None


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _watched is not None and event in ("socket.connect", "socket.getaddrinfo"):
        _watched.append((event, arguments[1] if event == "socket.connect" else arguments[0]))


sys.addaudithook(_hook)  # for good: Python has no way to take one off


class Canary:
    """Counts who comes."""

    def __init__(self, family: socket.AddressFamily, host: str, port: int = 0) -> None:
        self.visits = 0
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except OSError:
            self._socket.close()
            raise
        self._socket.listen(50)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                visitor, _ = self._socket.accept()
                self.visits += 1
                visitor.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=5)


@contextlib.contextmanager
def canaries() -> Iterator[list[Canary]]:
    """Some on any port, and where this machine lets us on 80, 443 and 8080 as well."""
    with contextlib.ExitStack() as stack:
        found = []
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            for port in (0, 0, 80, 443, 8080):
                with contextlib.suppress(OSError):  # no IPv6, a port of the system's, or taken
                    canary = Canary(family, host, port)
                    stack.callback(canary.close)
                    found.append(canary)
        yield found


@contextlib.contextmanager
def watch() -> Iterator[list[tuple[str, Any]]]:
    """Every ("socket.connect" or "socket.getaddrinfo", where) of this process."""
    global _watched
    seen: list[tuple[str, Any]] = []
    _watched = seen
    try:
        yield seen
    finally:
        _watched = None
