"""The processes of a development server: the stand-in and the web process with its embedded worker and ticker."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import environ

from signflow import devmode

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30.0
FRONTEND = "http://localhost:5173"
STOP_SECONDS = 12.0
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CannotStart(Exception):
    """A sentence for the person who started us."""


@dataclass
class Stack:
    """What is started and stopped together. Ports are fixed before anything starts."""

    var_dir: Path
    web_port: int = 8000
    standin_port: int = 8100
    download_port: int = 8101
    extra: dict[str, str] = field(default_factory=dict)
    uses_standin: bool = True
    environment: dict[str, str] = field(default_factory=dict)
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def web_url(self) -> str:
        return f"http://localhost:{self.web_port}"

    @property
    def standin_url(self) -> str:
        return f"http://127.0.0.1:{self.standin_port}"

    def prepare(self) -> None:
        """Work out the environment and see that folder and ports can be had. Raises CannotStart."""
        env = dict(os.environ) | self.extra
        read_dotenv(into=env)
        env |= {
            "SIGNFLOW_DEV": "1",
            "SIGNFLOW_VAR": str(self.var_dir),
            "PORT": str(self.web_port),
            "DATABASE_URL": "",  # always our own SQLite file: demo people have no place in another database
            "REDIS_URL": "",  # one process works and ticks
            "DJANGO_SETTINGS_MODULE": "signflow.settings",
        }
        env.setdefault("PUBLIC_URL", self.web_url)
        env.setdefault("FRONTEND_ORIGINS", FRONTEND)
        # Signers come back to the frontend; where none runs, to our own root, which leads to the documentation.
        env.setdefault("FRONTEND_URL", FRONTEND if answers(FRONTEND) else self.web_url)
        self.uses_standin = not devmode.setu_configured(env)
        if lacking := [
            name for name in devmode.SETU_NAMES if not env.get(name) and not env.get(f"{name}_FILE")
        ]:
            if len(lacking) < len(devmode.SETU_NAMES):
                raise CannotStart(
                    f"Setu's credentials are not complete: {' and '.join(lacking)} must be set too."
                )
            env["SETU_BASE_URL"] = self.standin_url
        self.environment = env
        folder_check(self.var_dir)
        port_check(self.web_port, "the web server", "PORT")
        if self.uses_standin:
            port_check(self.standin_port, "Setu's stand-in", "STANDIN_PORT")
            port_check(self.download_port, "the stand-in's download host", "STANDIN_DOWNLOAD_PORT")

    def start(self) -> None:
        """Start everything and wait until it answers. Raises CannotStart."""
        if self.uses_standin:
            self._start_standin()
        self._spawn("web", [sys.executable, "-m", "signflow.serve"])
        for name, url in (("stand-in", self.standin_url), ("web", self.web_url)):
            if name in self.processes:
                self._wait_for(name, f"{url}/healthz")

    def _start_standin(self) -> None:
        kept = devmode.kept_secrets(self.var_dir)
        token = self.environment.get("SETU_CALLBACK_TOKENS", kept["SETU_CALLBACK_TOKENS"]).split(",")[0]
        options = ["--port", str(self.standin_port), "--download-port", str(self.download_port), "--control"]
        options += ["--state-dir", str(self.var_dir / "standin")]
        self._spawn(
            "stand-in",
            [sys.executable, "-m", "tests.standin", *options],
            STANDIN_CLIENT_ID="standin",
            STANDIN_CLIENT_SECRET=kept["STANDIN_CLIENT_SECRET"],
            STANDIN_PRODUCT_INSTANCE_ID="standin-esign",
            STANDIN_CALLBACK_URL=f"http://127.0.0.1:{self.web_port}/webhooks/setu/{token}",
        )

    def _spawn(self, name: str, command: list[str], **extra: str) -> None:
        # Its own session: Ctrl-C reaches us alone, and we end the others in order.
        log = (self.var_dir / f"{name}.log").open("ab")
        with log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment | extra,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait_for(self, name: str, url: str) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self.ended():
                raise CannotStart(f"The {name} process ended at once; {self.var_dir / name}.log says why.")
            with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310
                return
            time.sleep(0.05)
        raise CannotStart(f"The {name} process does not answer; {self.var_dir / name}.log says more.")

    def ended(self) -> str | None:
        """The name of a process that has ended by itself, if any."""
        return next((name for name, process in self.processes.items() if process.poll() is not None), None)

    def stop(self) -> None:
        """End what was started, the web process first. Repeating is safe."""
        for process in reversed(list(self.processes.values())):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()


def read_dotenv(*, into: dict[str, str]) -> None:
    """Add what `.env` sets and the environment does not, so that Setu's credentials in it are seen here too."""

    class DotEnv(environ.Env):  # type: ignore[misc]  # untyped library
        ENVIRON = into

    if (ROOT / ".env").is_file():
        DotEnv.read_env(str(ROOT / ".env"))


def folder_check(folder: Path) -> None:
    """Make the folder, for us alone. Raises CannotStart when it cannot be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except FileExistsError:
        raise CannotStart(
            f"{folder} is a file; a folder is needed there. Move it away and try again."
        ) from None
    except OSError as error:
        raise CannotStart(f"The folder {folder} cannot be written: {error.strerror}.") from None


def port_check(port: int, purpose: str, name: str) -> None:
    """Raises CannotStart when another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CannotStart(
                f"Port {port}, which {purpose} needs, is used by another program. "
                f"End that program, or choose another port: {name}={port + 1000} make run"
            ) from None


def answers(url: str) -> bool:
    """Whether anything listens at the address."""
    parts = urlsplit(url)
    with (
        contextlib.suppress(OSError),
        socket.create_connection((parts.hostname or "", parts.port or 80), timeout=0.3),
    ):
        return True
    return False


def end_on_signals() -> None:
    """Let Ctrl-C, SIGTERM and a closed terminal end us in order, also where a shell has set one to be ignored.

    Further ones are passed over: an impatient second Ctrl-C, or the signal that `make` hands on beside the terminal's,
    would break off the ending and leave processes behind. It takes STOP_SECONDS at most.
    """

    def end(*_: object) -> None:
        for name in ENDINGS:
            signal.signal(name, signal.SIG_IGN)
        sys.exit(0)

    for name in ENDINGS:
        signal.signal(name, end)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
