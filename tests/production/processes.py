"""The production shape on this machine: gunicorn, worker, clock and the stand-in as processes, by the Procfile."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests import servers

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
START_SECONDS = 40.0
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


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines)


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
    """Migrated and emptied, with one organization; the stand-in runs, nothing else yet. All end with the context."""
    web, standin, files = (servers.free_port() for _ in range(3))
    token, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
    env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "DJANGO_SETTINGS_MODULE": "signflow.settings",
        "SIGNFLOW_DEV": "1",  # plain http to the stand-in on this machine
        "SIGNFLOW_VAR": str(folder / "var"),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATABASE_URL": postgres,
        "REDIS_URL": redis,
        "PORT": str(web),
        "PUBLIC_URL": f"http://localhost:{web}",
        "SETU_BASE_URL": f"http://127.0.0.1:{standin}",
        "SETU_DOWNLOAD_HOSTS": "127.0.0.1",
        "SETU_CLIENT_ID": "client",
        "SETU_CLIENT_SECRET": secret,
        "SETU_PRODUCT_INSTANCE_ID": "instance",
        "SETU_CALLBACK_TOKENS": token,
        "STANDIN_CLIENT_SECRET": secret,
        "STANDIN_CALLBACK_URL": f"http://127.0.0.1:{web}/webhooks/setu/{token}",
        "TZ": "UTC",
    }
    run = Production(folder, env, f"http://localhost:{web}", f"http://127.0.0.1:{standin}")
    run.manage("migrate", "--no-input")
    run.manage("flush", "--no-input")
    run.manage(
        "onboard", "--organization", "Kaveri", "--manager", "meera", "--password-stdin", stdin=PASSWORD
    )
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
