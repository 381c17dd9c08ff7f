"""A small supervisor, as a platform has one: what ends is started again, up to a bound."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 25.0
AGAIN_SECONDS = 0.2


@dataclass(frozen=True)
class Command:
    """group: whether a signal goes to all of the process's children too. ends_by: what asks it to end in good order."""

    argv: Sequence[str | Path]
    log: Path
    env: Mapping[str, str] | None = None
    cwd: Path = Path("/")
    user: str | None = None
    group: bool = True
    ends_by: signal.Signals = signal.SIGTERM


class Supervised:
    """One process, kept running. `killed` counts our signals, `ended_itself` what ended without one."""

    def __init__(self, name: str, command: Command, *, ends_max: int) -> None:
        self.name, self.killed, self.ended_itself = name, 0, 0
        self.gave_up = False
        self._command, self._ends_max = command, ends_max
        self._process: asyncio.subprocess.Process | None = None
        self._up, self._asked, self._stopping = asyncio.Event(), False, False
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that runs just now."""
        running = self._process and self._process.returncode is None
        return self._process.pid if self._process and running else None

    def threads(self) -> int:
        """Of the busiest process among it and its children; 0 while none runs, or where /proc does not tell."""
        return max((_threads(pid) for pid in _session(self.pid)), default=0) if self.pid else 0

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"supervise {self.name}")
        await self._up.wait()

    async def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Signal the process and wait until it has ended; it is started again at once."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        self._asked = True
        self.killed += 1
        self._up.clear()
        self._signal(process, how)
        await process.wait()

    async def stop(self) -> None:
        """End it for good, in good order; SIGKILL for what does not listen."""
        self._stopping = True
        process = self._process
        if process and process.returncode is None:
            self._signal(process, self._command.ends_by)
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                self._signal(process, signal.SIGKILL)
        if process and self._command.group:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        if self._task:
            await self._task

    async def _run(self) -> None:
        while not self._stopping and not self.gave_up:
            with self._command.log.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command.argv,
                    env=self._command.env,
                    cwd=self._command.cwd,
                    user=self._command.user,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            self._up.set()
            await self._process.wait()
            if not self._asked and not self._stopping:
                self.ended_itself += 1
            self._asked = False
            self.gave_up = self.killed + self.ended_itself > self._ends_max
            await asyncio.sleep(AGAIN_SECONDS)

    def _signal(self, process: asyncio.subprocess.Process, how: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._command.group:
                os.killpg(process.pid, how)
            else:
                process.send_signal(how)


def _session(leader: int) -> list[int]:
    """The processes that have this one as their session's leader."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended
            # After the name, which may hold anything: state, parent, group, session.
            if int((folder / "stat").read_text().rpartition(")")[2].split()[3]) == leader:
                found.append(int(folder.name))
    return found


def _threads(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("Threads:"):
                return int(line.split()[1])
    return 0
