"""The fault proxies as a process of their own: `python -m tests.chaos.proxies SEED NAME=PORT …`.

They carry every byte between SignFlow and its servers and must not wait for the harness, which is busy with much else.
Orders come as lines of JSON on standard input, each answered by a line; the end of input ends the process.
"""

import asyncio
import json
import sys
from dataclasses import asdict

from tests.chaos.proxy import Mode, Proxy, Weather
from tests.processes import ROOT

LINE_MAX = 10_000  # bytes


class Proxies:
    """The harness's hand on them. `ports`: where each listens."""

    def __init__(self, process: asyncio.subprocess.Process, ports: dict[str, int]) -> None:
        self._process, self.ports, self._turn = process, ports, asyncio.Lock()

    @classmethod
    async def started(cls, targets: dict[str, int], *, seed: int) -> "Proxies":
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.chaos.proxies",
            str(seed),
            *(f"{name}={port}" for name, port in targets.items()),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert process.stdout
        return cls(process, json.loads(await process.stdout.readline()))

    async def change(self, name: str, weather: Weather) -> None:
        await self._order({"name": name, **asdict(weather)})

    async def clear(self, name: str) -> None:
        await self._order({"name": name, "mode": Mode.PASS})

    async def stop(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        await self._process.wait()

    async def _order(self, order: dict[str, object]) -> None:
        assert self._process.stdin
        assert self._process.stdout
        async with self._turn:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            await self._process.stdin.drain()
            answer = await self._process.stdout.readline()
        if answer != b"ok\n":
            raise RuntimeError("the proxies' process has ended")


async def serve(targets: dict[str, int], *, seed: int) -> None:
    proxies = {name: Proxy(name, port, seed=seed + no) for no, (name, port) in enumerate(targets.items())}
    for proxy in proxies.values():
        await proxy.start()
    orders = asyncio.StreamReader(limit=LINE_MAX)
    protocol = asyncio.StreamReaderProtocol(orders)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    _say(json.dumps({name: proxy.port for name, proxy in proxies.items()}))
    while line := await orders.readline():
        order = json.loads(line)
        proxy, mode = proxies[order.pop("name")], Mode(order.pop("mode"))
        if mode == Mode.PASS:
            proxy.clear()
        else:
            proxy.change(Weather(mode, **order))
        _say("ok")
    for proxy in proxies.values():
        await proxy.stop()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    pairs = (pair.split("=") for pair in sys.argv[2:])
    asyncio.run(serve({name: int(port) for name, port in pairs}, seed=int(sys.argv[1])))
