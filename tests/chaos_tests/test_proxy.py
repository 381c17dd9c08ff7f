"""Each weather of the fault proxy, seen by a client that speaks to an echo behind it."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

from tests.chaos.proxy import Mode, Proxy, Weather


def with_echo(talk: Callable[[Proxy], Awaitable[None]]) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionResetError):
            while data := await reader.read(4096):
                writer.write(data)
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        proxy = Proxy("echo", server.sockets[0].getsockname()[1], seed=1)
        await proxy.start()
        try:
            async with asyncio.timeout(10):
                await talk(proxy)
        finally:
            await proxy.stop()
            server.close()
            await asyncio.sleep(0.05)  # transports close in the loop's next turns

    asyncio.run(run())


async def said(proxy: Proxy, text: bytes, *, wait: float = 2.0) -> bytes:
    """What comes back for it; nothing when the connection ends or stays silent."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(text)
        async with asyncio.timeout(wait):
            return await reader.read(len(text))
    except OSError:
        return b""
    finally:
        if "writer" in locals():
            writer.close()


def test_it_carries_both_ways():
    async def talk(proxy: Proxy) -> None:
        assert await said(proxy, b"hello") == b"hello"

    with_echo(talk)


def test_it_refuses_new_connections_and_keeps_those_there_are():
    async def talk(proxy: Proxy) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"a")
        assert await reader.read(1) == b"a"
        proxy.change(Weather(Mode.REFUSE))
        assert await said(proxy, b"hello") == b""
        writer.write(b"b")
        assert await reader.read(1) == b"b"
        writer.close()
        proxy.clear()
        assert await said(proxy, b"hello") == b"hello"

    with_echo(talk)


def test_a_reset_ends_the_connections_there_are():
    async def talk(proxy: Proxy) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"a")
        assert await reader.read(1) == b"a"
        proxy.change(Weather(Mode.RESET))
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read(1) == b""
        writer.close()
        assert await said(proxy, b"hello") == b""

    with_echo(talk)


def test_a_black_hole_takes_everything_and_answers_nothing_until_it_is_over():
    async def talk(proxy: Proxy) -> None:
        proxy.change(Weather(Mode.BLACK_HOLE))
        assert await said(proxy, b"hello", wait=0.3) == b""
        proxy.clear()
        assert await said(proxy, b"hello") == b"hello"

    with_echo(talk)


def test_latency_delays_the_answer():
    async def talk(proxy: Proxy) -> None:
        proxy.change(Weather(Mode.LATENCY, seconds=0.3))
        began = time.monotonic()
        assert await said(proxy, b"hello") == b"hello"
        assert time.monotonic() - began >= 0.3

    with_echo(talk)


def test_a_cut_ends_the_connection_after_so_many_bytes():
    async def talk(proxy: Proxy) -> None:
        proxy.change(Weather(Mode.CUT, bytes=3))
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"hello")
        assert await reader.read() == b"hel"
        writer.close()

    with_echo(talk)


def test_a_flip_changes_one_bit():
    async def talk(proxy: Proxy) -> None:
        proxy.change(Weather(Mode.FLIP))
        answer = await said(proxy, b"hello")
        (changed,) = [a ^ b for a, b in zip(answer, b"hello", strict=True) if a != b]
        assert changed.bit_count() == 1

    with_echo(talk)
