"""A PostgreSQL and a Redis of a test's own, to be killed, frozen and started again."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests import servers


@dataclass
class Cluster:
    """A PostgreSQL that can be killed and started again on what it has."""

    program: servers.Program
    process: "subprocess.Popen[bytes]"

    def kill(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """SIGQUIT: all at once, without a shutdown: it recovers from its log. SIGINT: an orderly restart that cuts its
        clients. SIGKILL: its first process only, as where memory runs out."""
        self.process.send_signal(how)
        self.process.wait(timeout=10)

    def start(self) -> None:
        """As a supervisor does: again, while what is left of the killed one still ends."""
        until = time.monotonic() + 15
        while True:
            self.process = self.program.start()
            try:
                return self.program.wait_until_up(self.process)
            except servers.NoServer:
                assert time.monotonic() < until
                time.sleep(0.2)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.program.url, connect_timeout=3) as connection:
            return connection.execute(sql).fetchall()

    def limit_files(self, size: int) -> None:
        """No file of the server's may grow beyond `size` bytes, as on a full disk; -1: none is limited."""
        limit = "unlimited" if size < 0 else str(size)
        for pid in (self.process.pid, *children(self.process.pid)):
            change = ["prlimit", "--pid", str(pid), f"--fsize={limit}:"]  # by whose processes they are
            subprocess.run(change, user=self.program.user, cwd="/", check=pid == self.process.pid)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Stopped, with its connections open. The one that takes new ones stops first, so that none comes later."""
        with stopped(self.process.pid), stopped(*children(self.process.pid)):
            yield


@contextlib.contextmanager
def stopped(*pids: int) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def own_postgres(*, wal_segment_mb: int = 16, **settings: str) -> Iterator[Cluster]:
    """settings: of the server, beside the tests' own."""
    with tempfile.TemporaryDirectory(prefix="signflow-pg-") as folder:  # one that another user may reach
        program = servers.postgres_made(Path(folder), wal_segment_mb=wal_segment_mb, settings=settings)
        cluster = Cluster(program, program.start())
        program.wait_until_up(cluster.process)
        yield cluster
        cluster.process.send_signal(signal.SIGINT)
        cluster.process.wait(timeout=10)


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(each) for each in found.stdout.split()]
