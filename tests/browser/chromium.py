"""A headless Chromium of the machine's own, spoken to by its DevTools protocol over a pair of pipes.

No driver and no port lie between: messages are JSON, each ended by a zero byte (`--remote-debugging-pipe`).
"""

import contextlib
import fcntl
import itertools
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
ANSWER_SECONDS = 15.0
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
    # A page that asks for anything but this machine gets nothing.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
# Chromium reads from 3 and writes to 4; between here and there, subprocess may use these numbers itself.
LAUNCH = "import os,sys; r,w=map(int,sys.argv[1:3]); os.dup2(r,3); os.dup2(w,4); os.execv(sys.argv[3],sys.argv[3:])"

Handler = Callable[[str, dict[str, Any]], None]


class ProtocolError(Exception):
    """Chromium refused a command, or did not answer."""


def found() -> str | None:
    """The path of the machine's Chromium, if it has one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Chromium:
    """One browser process. Sessions' events go to the handlers that `listen` names, in the reader's thread."""

    def __init__(self, path: str, folder: Path) -> None:
        """folder: a new one, for the profile and for what Chromium says."""
        (folder / "home").mkdir(parents=True)
        theirs_in, ours_out = _high_pipe()
        ours_in, theirs_out = _high_pipe()
        launch = [sys.executable, "-c", LAUNCH, str(theirs_in), str(theirs_out)]
        env = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "LANG": "C.UTF-8", "TZ": "UTC"}
        with (folder / "chromium.log").open("wb") as said:
            self.process = subprocess.Popen(
                [*launch, path, *FLAGS, f"--user-data-dir={folder / 'profile'}", "about:blank"],
                pass_fds=(theirs_in, theirs_out),
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        os.close(theirs_in)
        os.close(theirs_out)
        self._out = ours_out
        self._in = os.fdopen(ours_in, "rb")
        self._ids = itertools.count(1)
        self._waiting: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._handlers: dict[str, Handler] = {}
        self._write = threading.Lock()
        self._reader = threading.Thread(target=self._read, name="chromium", daemon=True)
        self._reader.start()

    def call(self, method: str, *, session: str | None = None, **params: Any) -> dict[str, Any]:
        """A command's result. Raises ProtocolError."""
        number, answer = next(self._ids), queue.SimpleQueue[dict[str, Any]]()
        self._waiting[number] = answer
        message = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        try:
            with self._write, contextlib.suppress(BrokenPipeError):
                _write_all(self._out, json.dumps(message).encode() + b"\0")
            said = answer.get(timeout=ANSWER_SECONDS)
        except queue.Empty:
            raise ProtocolError(f"{method}: no answer within {ANSWER_SECONDS:.0f} s.") from None
        finally:
            self._waiting.pop(number, None)
        if "error" in said:
            raise ProtocolError(f"{method}: {said['error'].get('message')}")
        result: dict[str, Any] = said["result"]
        return result

    def listen(self, session: str, handler: Handler | None) -> None:
        if handler:
            self._handlers[session] = handler
        else:
            self._handlers.pop(session, None)

    def close(self) -> None:
        """End the process and what it started. Repeating is safe."""
        with contextlib.suppress(ProtocolError):
            if self.process.poll() is None:
                self.call("Browser.close")
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._reader.join(timeout=5)
        self._in.close()
        with contextlib.suppress(OSError):
            os.close(self._out)

    def _read(self) -> None:
        rest = b""
        while chunk := os.read(self._in.fileno(), 1 << 16):
            *messages, rest = (rest + chunk).split(b"\0") if b"\0" in chunk else (rest + chunk,)
            for message in messages:
                self._took(json.loads(message))
        for answer in list(self._waiting.values()):
            answer.put({"error": {"message": "Chromium has ended."}})

    def _took(self, message: dict[str, Any]) -> None:
        if "id" in message:
            if waiting := self._waiting.get(message["id"]):
                waiting.put(message)
        elif handler := self._handlers.get(message.get("sessionId", "")):
            handler(message["method"], message["params"])


def _high_pipe() -> tuple[int, int]:
    """A pipe whose two ends have numbers that nobody counts on."""
    ends = os.pipe()
    read, write = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20) for end in ends)
    for end in ends:
        os.close(end)
    return read, write


def _write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]
