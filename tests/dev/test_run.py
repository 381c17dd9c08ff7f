"""What `make run` says to those who start it, and how it ends."""

import signal
import socket
from pathlib import Path

import pytest

from dev.run import greeting
from dev.stack import ROOT, Stack
from tests.running import running


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(tmp_path)


def test_the_greeting_names_every_address_and_what_to_do_next(stack):
    said = greeting(stack)
    for address in (
        "http://localhost:8000/api/docs/",
        "http://localhost:8000/admin/",
        "http://127.0.0.1:8100/__control__/",
    ):
        assert address in said
    for name in ("README.md", "docs/tour.md"):
        assert name in said
        assert (ROOT / name).is_file()
    assert "make demo" in said
    assert "export" not in said, "on the usual ports the tour has to be told nothing"


def test_the_greeting_is_short_and_fits_a_terminal(stack):
    lines = greeting(stack).replace(f"{stack.var_dir}", "var").splitlines()
    assert len(lines) < 25
    assert max(map(len, lines)) <= 80


def test_on_other_ports_the_greeting_says_what_the_tour_must_be_told(tmp_path):
    said = greeting(Stack(tmp_path, web_port=9000, standin_port=9100))
    assert "export BASE=http://localhost:9000 SETU=http://127.0.0.1:9100" in said


def test_with_setus_credentials_nothing_is_said_of_the_stand_in(tmp_path, monkeypatch):
    monkeypatch.setenv("SETU_BASE_URL", "https://dg-sandbox.setu.co")
    said = greeting(Stack(tmp_path, uses_standin=False))
    assert "https://dg-sandbox.setu.co" in said
    assert "stand-in" not in said


@pytest.mark.slow
def test_a_second_signal_leaves_no_process_behind(tmp_path):
    """`make` hands a SIGTERM on beside the terminal's own, and an impatient person presses Ctrl-C twice."""
    with running(tmp_path / "var") as signflow:
        ports = [int(url.rsplit(":", 1)[1]) for url in (signflow.web, signflow.standin)]
        for each in (signal.SIGTERM, signal.SIGINT):  # both before the first is answered
            signflow.process.send_signal(each)
        signflow.process.wait(timeout=30)
    for port in ports:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)), f"something still listens on {port}"
