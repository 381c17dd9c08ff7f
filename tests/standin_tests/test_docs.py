"""The stand-in's page in docs/ knows everything that can be switched, called and set."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.standin import StandIn
from tests.standin.catalogue import KNOWN
from tests.standin.notices import FORGERIES
from tests.standin.switches import DOES
from tests.standin_tests.client import Client

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "stand-in.md").read_text()


@pytest.mark.parametrize("name", KNOWN)
def test_every_fault_is_told_with_its_sentence_and_arguments(name: str) -> None:
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
    assert KNOWN[name].does in line
    for argument in KNOWN[name].args:
        assert f"`{argument}`" in line


@pytest.mark.parametrize("name", [*DOES, *FORGERIES])
def test_every_switch_and_every_forgery_is_told(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_every_option_is_told() -> None:
    help_text = subprocess.run(
        [sys.executable, "-m", "tests.standin", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    options = set(re.findall(r"--[a-z][a-z-]+", help_text)) - {"--help"}
    assert options == set(re.findall(r"`(--[a-z][a-z-]+)`", PAGE))


def test_every_call_that_is_told_exists() -> None:
    told = re.findall(r"^\| `?(?:GET|POST) .*?\|", PAGE, re.M)
    paths = [path for line in told for path in re.findall(r"`(?:GET |POST )?([a-z/]+)`", line)]
    assert len(paths) > 20
    with Client(StandIn(control=True)) as setu:
        for path in paths:
            answers = [setu.get(f"/__control__/{path}"), setu.post(f"/__control__/{path}", json={})]
            assert any(answer.json() != {"error": "no such control"} for answer in answers), path
