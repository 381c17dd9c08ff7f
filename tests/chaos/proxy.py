"""A TCP proxy on loopback that can misbehave as networks do. One in front of each server that SignFlow calls."""

import asyncio
import contextlib
import random
from dataclasses import dataclass
from enum import StrEnum

CHUNK = 65_536


class Mode(StrEnum):
    PASS = "pass"
    REFUSE = "refuse"  # new connections are closed at once, those there are stay
    RESET = "reset"  # all connections are reset, and so are new ones
    BLACK_HOLE = "black hole"  # bytes are taken and go nowhere
    LATENCY = "latency"  # each piece of an answer comes late
    CUT = "cut"  # a connection ends after so many bytes of an answer
    FLIP = "flip"  # one bit of each piece of an answer is another


@dataclass
class Weather:
    mode: Mode = Mode.PASS
    seconds: float = 0.1  # of LATENCY
    bytes: int = 200  # of CUT


class Proxy:
    """Takes connections on `port` and carries them to `target` on this machine."""

    def __init__(self, name: str, target: int, *, seed: int = 0) -> None:
        self.name, self.target, self.port = name, target, 0
        self.weather = Weather()
        self._rng = random.Random(seed)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._carried = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server
        self._server.close()
        self._reset_all()
        async with asyncio.timeout(5):
            while self._carried:
                await asyncio.sleep(0.01)

    def change(self, weather: Weather) -> None:
        """From now on. Connections that a black hole or a cut has spoiled do not recover with it."""
        self.weather = weather
        if weather.mode == Mode.RESET:
            self._reset_all()

    def clear(self) -> None:
        """All is well again for new connections; those that were struck are reset, as after any outage."""
        spoiled = self.weather.mode in (Mode.BLACK_HOLE, Mode.FLIP)
        self.weather = Weather()
        if spoiled:
            self._reset_all()

    def _reset_all(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._carried += 1
        try:
            await self._carry(reader, writer)
        finally:
            self._carried -= 1

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.weather.mode in (Mode.REFUSE, Mode.RESET):
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, back}
        self._open |= both
        pumps = [
            asyncio.create_task(self._pump(reader, back, answers=False)),
            asyncio.create_task(self._pump(there, writer, answers=True)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            for end in both:
                end.close()
            self._open -= both
            await asyncio.gather(*pumps, *(end.wait_closed() for end in both), return_exceptions=True)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool) -> None:
        carried = 0
        with contextlib.suppress(OSError):
            while data := await source.read(CHUNK):
                weather = self.weather
                if weather.mode == Mode.BLACK_HOLE:
                    continue
                if answers and weather.mode == Mode.LATENCY:
                    await asyncio.sleep(weather.seconds)
                if answers and weather.mode == Mode.FLIP:
                    data = self._flipped(data)
                if answers and weather.mode == Mode.CUT:
                    data = data[: max(0, weather.bytes - carried)]
                    carried += len(data)
                    if carried >= weather.bytes:
                        sink.write(data)
                        await sink.drain()
                        return
                sink.write(data)
                await sink.drain()

    def _flipped(self, data: bytes) -> bytes:
        place = self._rng.randrange(len(data))
        return data[:place] + bytes([data[place] ^ (1 << self._rng.randrange(8))]) + data[place + 1 :]
