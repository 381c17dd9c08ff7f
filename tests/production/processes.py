"""The production shape on this machine: gunicorn, worker, clock and the stand-in as processes, by the Procfile."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from redis import Redis

from tests import servers
from tests.processes import ROOT, procfile, production_env

START_SECONDS = 40.0
MADE = "signflow_made"
PASSWORD = "correct horse battery staple"


@dataclass
class Production:
    """Starts and ends processes with the commands of the Procfile. Each may run several times."""

    folder: Path
    env: dict[str, str]
    web_url: str
    standin_url: str
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, **extra: str) -> "subprocess.Popen[bytes]":
        """name: a line of the Procfile; a suffix after “.” makes it another process of that kind."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                ["sh", "-c", f"exec {procfile()[name.split('.')[0]]}"],
                cwd=ROOT,
                env=self.env | extra,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes[name] = process
        return process

    def end(self, name: str, how: int = signal.SIGTERM) -> float:
        """Signal a process as a platform does, wait, and return the seconds it took to end."""
        process, began = self.processes.pop(name), time.monotonic()
        process.send_signal(how)
        try:
            process.wait(timeout=35)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        return time.monotonic() - began

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def manage(self, *arguments: str, stdin: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            input=stdin,
            text=True,
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def wait_until_up(url: str) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, timeout=2, trust_env=False).is_success:
                return
        assert time.monotonic() < until, f"{url} does not answer"
        time.sleep(0.1)


@contextlib.contextmanager
def production_in(folder: Path, *, postgres: str, redis: str) -> Iterator[Production]:
    """Migrated, with one organization; the stand-in runs, nothing else yet. All end with the context.

    postgres, redis: addresses of whole servers that are the tests' own. What they held is thrown away.
    """
    web, standin, files = (servers.free_port() for _ in range(3))
    env = production_env(
        var=folder / "var",
        database=postgres,
        redis=redis,
        web_port=web,
        setu_url=f"http://127.0.0.1:{standin}",
    )
    env["STANDIN_CALLBACK_URL"] = f"http://127.0.0.1:{web}/webhooks/setu/{env['SETU_CALLBACK_TOKENS']}"
    run = Production(folder, env, f"http://localhost:{web}", f"http://127.0.0.1:{standin}")
    with Redis.from_url(redis) as queue:
        queue.flushall()
    _fill(run)
    command = [
        sys.executable,
        "-m",
        "tests.standin",
        "--port",
        str(standin),
        "--download-port",
        str(files),
        "--control",
    ]
    run.processes["standin"] = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    wait_until_up(f"{run.standin_url}/healthz")
    try:
        yield run
    finally:
        for name in list(run.processes):
            run.end(name)


def _fill(run: Production) -> None:
    """The first time in a server by migrations; that is kept, as copying it takes a fiftieth of the time."""
    address = run.env["DATABASE_URL"]
    server, _, name = address.rpartition("/")
    used, made = sql.Identifier(name), sql.Identifier(MADE)
    with _connected(f"{server}/template1") as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [MADE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(made))
            run.env["DATABASE_URL"] = f"{server}/{MADE}"
            run.manage("migrate", "--no-input")
            people = ("--organization", "Kaveri", "--manager", "meera", "--password-stdin")
            run.manage("onboard", *people, stdin=PASSWORD)
            run.env["DATABASE_URL"] = address
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(used))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(used, made))
        # A copied sequence is not in the log: a server that is killed before a checkpoint would give its numbers again.
        connection.execute("CHECKPOINT")


def _connected(address: str) -> "psycopg.Connection[TupleRow]":
    """A server that listens may still be starting up."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            return psycopg.connect(address, autocommit=True)
        except psycopg.OperationalError:
            assert time.monotonic() < until
            time.sleep(0.1)
