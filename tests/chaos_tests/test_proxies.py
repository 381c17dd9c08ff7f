"""The proxies as a process of their own, under orders."""

import asyncio
import contextlib

from tests.chaos.proxies import Proxies
from tests.chaos.proxy import Mode, Weather


async def connects(port: int) -> bool:
    """Whether what listens there keeps the connection open."""
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            async with asyncio.timeout(0.5):
                await reader.read(1)
        except TimeoutError:
            return True
        except ConnectionResetError:
            return False
        finally:
            writer.close()
    return False


def test_each_obeys_on_its_own_and_they_end_with_us():
    async def act() -> None:
        async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        server = await asyncio.start_server(hold, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        proxies = await Proxies.started({"one": port, "other": port}, seed=1)
        try:
            async with asyncio.timeout(20):
                assert await connects(proxies.ports["one"])
                await proxies.change("one", Weather(Mode.RESET))
                assert not await connects(proxies.ports["one"])
                assert await connects(proxies.ports["other"])
                await proxies.clear("one")
                assert await connects(proxies.ports["one"])
        finally:
            await proxies.stop()
            server.close()
            await asyncio.sleep(0.05)

    asyncio.run(act())
