"""What `make run` says when it cannot start: one sentence, exit 1, nothing else."""

import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.stack import ROOT, CannotStart, Stack, folder_check, free_port, port_check, read_dotenv

SETU_NAMES = ("SETU_CLIENT_ID", "SETU_CLIENT_SECRET", "SETU_PRODUCT_INSTANCE_ID")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch) -> None:
    """No credentials and no address are set, not even by a developer's `.env`."""
    for name in SETU_NAMES:
        monkeypatch.setenv(name, "")
    monkeypatch.delenv("PUBLIC_URL", raising=False)


@pytest.fixture
def busy_port() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
def ports() -> dict[str, int]:
    return {"web_port": free_port(), "standin_port": free_port(), "download_port": free_port()}


def started(stack: str) -> "subprocess.CompletedProcess[str]":
    """`make run`, with another folder and other ports."""
    code = f"import sys; from pathlib import Path; from dev.run import main, Stack; sys.exit(main(Stack({stack})))"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_busy_port_is_told_in_one_sentence_and_nothing_is_started(busy_port, tmp_path):
    done = started(f"var_dir=Path({str(tmp_path / 'var')!r}), web_port={busy_port}")
    assert done.stderr == (
        f"Port {busy_port}, which the web server needs, is used by another program. "
        f"End that program, or choose another port: PORT={busy_port + 1000} make run\n"
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert list((tmp_path / "var").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "var"
    done = started(f"var_dir=Path({str(folder)!r})")
    assert done.stderr == f"The folder {folder} cannot be written: Not a directory.\n"
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.parametrize("which", ["web_port", "standin_port", "download_port"])
def test_each_port_is_tried_before_anything_starts(which, busy_port, ports, tmp_path):
    stack = Stack(var_dir=tmp_path, **(ports | {which: busy_port}))
    with pytest.raises(CannotStart, match=str(busy_port)):
        stack.prepare()
    assert stack.processes == {}


def test_with_setus_credentials_the_stand_ins_ports_are_not_needed(busy_port, ports, tmp_path):
    given = dict.fromkeys(SETU_NAMES, "given")
    stack = Stack(var_dir=tmp_path, **(ports | {"standin_port": busy_port}), extra=given)
    stack.prepare()
    assert not stack.uses_standin


def test_the_environment_is_developments_and_ours_is_left_alone(ports, tmp_path):
    stack = Stack(var_dir=tmp_path / "var", **ports)
    stack.prepare()
    env = stack.environment
    assert (env["SIGNFLOW_DEV"], env["SIGNFLOW_VAR"]) == ("1", str(tmp_path / "var"))
    assert env["PUBLIC_URL"] == f"http://localhost:{ports['web_port']}"
    assert env["SETU_BASE_URL"] == f"http://127.0.0.1:{ports['standin_port']}"
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    assert list((tmp_path / "var").iterdir()) == [], "the probe is gone"


def test_a_free_port_passes_and_a_busy_one_is_named_with_its_purpose(busy_port):
    port_check(free_port(), "the web server", "PORT")
    with pytest.raises(CannotStart, match=f"Port {busy_port}, which a test needs, is used"):
        port_check(busy_port, "a test", "PORT")


def test_a_port_that_was_just_given_up_is_free():
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as web servers do
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()  # leaves the port in TIME_WAIT
    port_check(port, "the web server", "PORT")


def test_a_folder_is_made_with_those_above_it(tmp_path):
    folder_check(tmp_path / "a" / "b")
    folder_check(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_process_that_ends_at_once_is_told_with_the_place_of_its_words(tmp_path):
    stack = Stack(var_dir=tmp_path)
    stack._spawn("web", [sys.executable, "-c", "raise SystemExit('I will not')"])
    with pytest.raises(CannotStart, match=r"The web process ended at once; .*web\.log says why\."):
        stack._wait_for("web", f"http://127.0.0.1:{free_port()}/healthz")
    assert (tmp_path / "web.log").read_text() == "I will not\n"
    stack.stop()


def test_stopping_ends_every_process_and_may_be_repeated(tmp_path):
    stack = Stack(var_dir=tmp_path)
    for name in ("stand-in", "web"):
        stack._spawn(name, [sys.executable, "-c", "import time; time.sleep(60)"])
    processes = list(stack.processes.values())
    stack.stop()
    assert all(process.poll() is not None for process in processes)
    stack.stop()


def test_dotenv_never_overrides_the_environment():
    env = {"SETU_CLIENT_ID": "mine"}
    read_dotenv(into=env)
    assert env["SETU_CLIENT_ID"] == "mine"


def test_the_root_is_the_checkout():
    assert (Path(ROOT) / "manage.py").is_file()
