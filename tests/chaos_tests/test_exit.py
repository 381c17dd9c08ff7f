"""How a run ends: its exit code, what it keeps, and which ends of processes are held against it."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.chaos.__main__ import main
from tests.chaos.plan import Plan, quiet
from tests.chaos.run import run as run_all
from tests.chaos.stage import Stage, ended_badly
from tests.chaos.supervise import Command, Supervised
from tests.chaos_tests.ended import Ended


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Exit code and output of a run that ends like this."""
    monkeypatch.setattr(sys, "argv", ["chaos", "--size", "quiet", "--seed", "1"])

    def ended(breaches: list[str]) -> tuple[int, str]:
        async def played(plan: Plan, folder: Path) -> tuple[str, list[str]]:
            (folder / "history.jsonl").touch()
            return "the table", breaches

        return main(played), capsys.readouterr().out

    return ended


def kept(output: str) -> Path:
    return Path(output.split("Logs and history: ")[1].strip())


def test_a_run_that_is_late_ends_with_1_and_keeps_its_history(run: Ended, ends):
    code, output = ends(run.breaches(late=175.0))
    assert code == 1
    assert "BREACH I7 not all was as Setu had it within 175 s" in output
    assert (kept(output) / "history.jsonl").exists()


def test_a_run_without_a_breach_ends_with_0(run: Ended, ends):
    code, output = ends(run.breaches())
    assert (code, "BREACH" in output, "Logs" in output) == (0, False, False)


def test_a_run_that_fails_itself_leaves_its_history(tmp_path):
    stage = Stage(quiet(1), tmp_path)  # nothing runs here

    with pytest.raises(RuntimeError, match="Database access"):  # nor is there a database
        asyncio.run(run_all(stage.plan, stage))
    assert [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()] == []


def ended(name: str, times: int) -> Supervised:
    one = Supervised(name, Command(argv=("true",), log=Path("log")), ends_max=30)
    one.ended_itself = times
    return one


def test_a_worker_or_web_that_ends_by_itself_is_a_breach_and_a_silent_clock_is_not():
    processes = {name: ended(name, 1) for name in ("web", "worker.2", "clock", "redis")}
    assert ended_badly(processes) == ["web ended by itself 1 times", "worker.2 ended by itself 1 times"]
    assert ended_badly({"web": ended("web", 0)}) == []
