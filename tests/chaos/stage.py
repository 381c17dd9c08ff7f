"""Everything a run needs, as processes under supervisors, with a fault proxy before each server SignFlow calls."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests import servers
from tests.chaos.http import Http
from tests.chaos.plan import Plan
from tests.chaos.proxies import Proxies
from tests.chaos.supervise import Command, Supervised
from tests.processes import ROOT, procfile, production_env

UP_SECONDS = 40.0
WORKERS = ("worker", "worker.2")
WORKING_THREADS = 10  # four of Dramatiq's work, and each queue has one more that listens
SIGNFLOW = (
    "web",
    *WORKERS,
    "clock",
)  # lines of the Procfile; what follows a point makes it another of its kind
SPARE_ENDS = 30  # ends of a process beyond those planned, until its supervisor gives up
POSTGRES = {"max_connections": "20", "fsync": "on", "synchronous_commit": "on"}


@dataclass
class Stage:
    """The processes, by name; the proxies before the servers; the environment, as SignFlow has it."""

    plan: Plan
    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    database: str = ""  # the address without the proxy, for the harness itself
    redis_port: int = 0
    web_port: int = 0
    standin_port: int = 0
    kinds: list[str] = field(default_factory=list)
    files_port: int = 0  # of Setu's download host
    proxies: Proxies | None = None
    processes: dict[str, Supervised] = field(default_factory=dict)

    async def servers_up(self) -> None:
        """PostgreSQL, Redis and the stand-in, each behind its proxy. SignFlow itself does not run yet."""
        for name in ("pg", "redis", "logs"):
            (self.folder / name).mkdir()
        postgres = servers.postgres_made(self.folder / "pg", wal_segment_mb=16, settings=POSTGRES)
        redis = servers.redis_made(self.folder / "redis")
        self.kinds = [postgres.kind, redis.kind]
        self.database, self.redis_port = postgres.url, redis.port
        files, self.web_port, self.standin_port = (servers.free_port() for _ in range(3))
        behind = {"postgres": postgres.port, "redis": redis.port, "setu": self.standin_port, "files": files}
        self.files_port = files
        self.proxies = await Proxies.started(behind, seed=self.plan.seed)
        through = self.proxies.ports
        self.env = production_env(
            var=self.folder / "var",
            database=_through(postgres.url, through["postgres"]),
            redis=_through(redis.url, through["redis"]),
            web_port=self.web_port,
            setu_url=f"http://127.0.0.1:{through['setu']}",
        ) | {
            "LOG_FORMAT": "json",
            "CLOCK_GETS_PER_SECOND": str(self.plan.clock_gets),
            "CHECK_SECONDS_ACTIVE": str(self.plan.check_seconds[0]),
            "CHECK_SECONDS_WARM": str(self.plan.check_seconds[1]),
        }
        download = f"http://127.0.0.1:{through['files']}"
        standin = [sys.executable, "-m", "tests.standin", "--control", "--port", str(self.standin_port)]
        standin += ["--download-port", str(files), "--download-url", download]
        await self._start("postgres", postgres.command, like=postgres, group=False)
        await self._start("redis", redis.command, like=redis)
        await self._start("standin", standin, env=self.env)
        for port in (postgres.port, redis.port, self.standin_port):
            await _listening(port)

    async def signflow_up(self) -> None:
        """The Procfile's processes, and wait until the web answers and the workers work."""
        for name in SIGNFLOW:
            await self._start(name, ["sh", "-c", f"exec {procfile()[name.split('.')[0]]}"], env=self.env)
        await _listening(self.web_port)
        web = Http(self.web_port, size=1)
        async with asyncio.timeout(UP_SECONDS):
            while not await _well(web):
                await asyncio.sleep(0.1)
            while not all([await self.works(name) for name in WORKERS]):
                await asyncio.sleep(0.1)
        web.close()

    async def works(self, worker: str) -> bool:
        """Whether it has had its threads for a second: those of Dramatiq, which only a started worker has."""
        process = self.processes[worker]
        if await asyncio.to_thread(process.threads) < WORKING_THREADS:
            return False
        await asyncio.sleep(1.0)
        return await asyncio.to_thread(process.threads) >= WORKING_THREADS

    async def manage(self, *arguments: str, stdin: str = "") -> None:
        """Raises CalledProcessError."""
        await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            input=stdin,
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    async def down(self) -> None:
        """SignFlow first, so that it can say goodbye to the servers."""
        for name in (*reversed(SIGNFLOW), "standin", "redis", "postgres"):
            if name in self.processes:
                await self.processes[name].stop()
        if self.proxies:
            await self.proxies.stop()

    def logs(self) -> dict[str, str]:
        """What SignFlow's own processes wrote."""
        files = [self.folder / "logs" / f"{name}.log" for name in SIGNFLOW]
        return {file.stem: file.read_text(errors="replace") for file in files if file.exists()}

    async def _start(
        self,
        name: str,
        argv: "list[str] | tuple[str | Path, ...]",
        *,
        env: dict[str, str] | None = None,
        like: servers.Program | None = None,
        group: bool = True,
    ) -> None:
        command = Command(
            argv=argv,
            log=self.folder / "logs" / f"{name}.log",
            env=like.env if like else env,
            cwd=like.cwd if like else ROOT,
            user=like.user if like else None,
            group=group,
            ends_by=signal.SIGINT
            if name == "postgres"
            else signal.SIGTERM,  # which does not wait for clients
        )
        kills = self.plan.load_seconds / self.plan.kill_every if self.plan.kill_every else 0
        self.processes[name] = Supervised(name, command, ends_max=round(kills) + SPARE_ENDS)
        await self.processes[name].start()


@contextlib.asynccontextmanager
async def staged(plan: Plan, folder: Path) -> AsyncIterator[Stage]:
    folder.chmod(0o755)  # PostgreSQL runs as somebody else where we are root
    stage = Stage(plan, folder)
    try:
        await stage.servers_up()
        yield stage
    finally:
        await stage.down()


def ended_badly(processes: Mapping[str, Supervised]) -> list[str]:
    """R3, R21: no trouble of a server's is a reason to end. The clock alone may, when it has been silent for long."""
    found = [f"{name} ended too often" for name, one in processes.items() if one.gave_up]
    return found + [
        f"{name} ended by itself {one.ended_itself} times"
        for name, one in processes.items()
        if name in SIGNFLOW and name != "clock" and one.ended_itself
    ]


def _through(url: str, port: int) -> str:
    """The same address by way of a proxy."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{host}:{port}"))


async def _listening(port: int) -> None:
    async with asyncio.timeout(UP_SECONDS):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)


async def _well(web: Http) -> bool:
    with contextlib.suppress(OSError):
        return (await web.call("GET", "/healthz"))[0] == 200
    return False


def django_up(stage: Stage) -> None:
    """SignFlow's models in this process, on the database itself and not its proxy."""
    os.environ.update(stage.env | {"DATABASE_URL": stage.database, "LOG_LEVEL": "ERROR"})
    import django

    django.setup()
