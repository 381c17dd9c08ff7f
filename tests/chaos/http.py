"""A cheap HTTP/1.1 client: raw asyncio, connections kept open. The load must not cost what it measures."""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

TIMEOUT_SECONDS = 12.0


class Http:
    """Any number of calls to one address of this machine, at most `size` at once."""

    def __init__(self, port: int, *, size: int, headers: Mapping[str, str] | None = None) -> None:
        self._port, self._slots = port, asyncio.Semaphore(size)
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.seconds: list[float] = []  # that answers took, without waiting for others of ours
        self.headers = {"Host": "localhost", **(headers or {})}

    async def call(
        self, method: str, path: str, body: bytes = b"", content_type: str = "application/json"
    ) -> tuple[int, bytes]:
        """Status and body. Raises OSError (with TimeoutError and ConnectionError) where there is no answer."""
        async with self._slots:
            began = time.monotonic()
            answer = await asyncio.wait_for(self._exchange(method, path, body, content_type), TIMEOUT_SECONDS)
            self.seconds.append(time.monotonic() - began)
            return answer

    async def json(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        status, content = await self.call(method, path, b"" if body is None else json.dumps(body).encode())
        return status, json.loads(content) if content else None

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()

    async def _exchange(self, method: str, path: str, body: bytes, content_type: str) -> tuple[int, bytes]:
        head = {**self.headers, "Content-Type": content_type, "Content-Length": str(len(body))}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        message = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        while self._idle:
            kept = self._idle.pop()
            try:
                return await self._ask(*kept, message)
            except ConnectionError:  # the server had closed it meanwhile
                continue
        return await self._ask(*await asyncio.open_connection("127.0.0.1", self._port), message)

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes
    ) -> tuple[int, bytes]:
        done = False
        try:
            writer.write(message)
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
            status = int(lines[0].split(" ")[1])
            content = await reader.readexactly(int(fields.get("content-length", "0")))
            done = fields.get("connection") != "close" and "content-length" in fields
        except asyncio.IncompleteReadError as error:
            raise ConnectionError("the answer ended early") from error
        finally:
            if done:
                self._idle.append((reader, writer))
            else:
                writer.transport.abort()
        return status, content
