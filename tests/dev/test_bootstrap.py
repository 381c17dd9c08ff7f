"""`dev/bootstrap.py` in a folder of its own, run as a process: what a newcomer sees when something is lacking."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "dev" / "bootstrap.py"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the script and two locks."""
    (tmp_path / "dev").mkdir()
    shutil.copy(SCRIPT, tmp_path / "dev")
    for name in ("standin", "dev"):
        (tmp_path / f"requirements-{name}.txt").write_text(f"# {name}\n")
    return tmp_path


def run(checkout: Path, *lines: str, path: str = "/nowhere") -> "subprocess.CompletedProcess[str]":
    """Run lines of Python in which `bootstrap` is the script; PATH leads nowhere unless given."""
    code = "\n".join(["import sys", "sys.path.insert(0, 'dev')", "import bootstrap", *lines])
    return subprocess.run(
        [sys.executable, "-B", "-c", code],
        cwd=checkout,
        env={"PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
    )


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def fake_venv(checkout: Path, *, pip: str) -> None:
    """A virtual environment whose Python knows pip and does `pip` when it is to install."""
    program(checkout / ".venv" / "bin" / "python", f'if [ "$1" = -c ]; then exit 0; fi\n{pip}')


@pytest.mark.parametrize("version", [(3, 8, 18), (3, 10, 0), (3, 14, 0), (4, 0, 1)])
def test_a_python_that_does_not_fit_is_named_in_one_sentence(version, checkout):
    done = run(checkout, f"bootstrap.fitting_python({version})")
    have = ".".join(map(str, version))
    assert done.stderr == (
        f"SignFlow needs Python 3.11, 3.12 or 3.13; this is {have}. Install one and try again.\n"
    )
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 9), (3, 13, 1)])
def test_a_python_that_fits_goes_on(version, checkout):
    done = run(checkout, f"bootstrap.fitting_python({version})", "print('went on')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "went on\n", "")


def test_a_fitting_python_under_another_name_takes_over(checkout):
    program(checkout / "bin" / "python3.12", 'echo "3.12 was called with $@"')
    lines = ["sys.argv = ['dev/bootstrap.py', 'standin']", "bootstrap.fitting_python((3, 9, 2))"]
    done = run(checkout, *lines, path=str(checkout / "bin"))
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "3.12 was called with dev/bootstrap.py standin\n",
        "",
    )


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_missing_venv_module_is_explained_in_one_line(module, checkout):
    done = run(checkout, f"sys.modules[{module!r}] = None", "bootstrap.make_venv()")
    assert done.stderr == (
        "Python's venv module is missing. On Debian: apt-get install python3-venv. Then try again.\n"
    )
    assert (done.returncode, done.stdout) == (1, "")


def test_a_virtual_environment_that_cannot_be_made_is_explained(checkout):
    (checkout / ".venv").write_text("a file is in the way")
    done = run(checkout, "bootstrap.make_venv()")
    _, sentence = done.stderr.splitlines()
    assert sentence.startswith(f"The virtual environment could not be made in {checkout / '.venv'}: ")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr


def test_a_virtual_environment_that_works_is_left_alone(checkout):
    fake_venv(checkout, pip="exit 9")
    done = run(checkout, "bootstrap.make_venv()")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_pips_failure_is_followed_by_one_sentence_and_nothing_counts_as_installed(checkout):
    fake_venv(checkout, pip="echo 'ERROR: no network' >&2; exit 1")
    done = run(checkout, "bootstrap.install('standin')")
    assert done.stderr.splitlines()[1:] == [
        "ERROR: no network",
        "The packages could not be installed; pip's reason is above. Check the network and try again.",
    ]
    assert (done.returncode, done.stdout) == (1, "")
    assert list((checkout / ".venv").glob("*.installed")) == []


def test_a_lock_is_installed_with_hashes_once_and_again_when_it_changes(checkout):
    fake_venv(checkout, pip='echo "$@" >> pip.log')
    calls = checkout / "pip.log"
    for _ in range(2):
        assert run(checkout, "bootstrap.install('standin')").returncode == 0
    (call,) = calls.read_text().splitlines()
    assert "--require-hashes" in call
    assert call.endswith("requirements-standin.txt")
    (checkout / "requirements-standin.txt").write_text("# changed\n")
    run(checkout, "bootstrap.install('standin')")
    assert len(calls.read_text().splitlines()) == 2


def test_the_larger_lock_will_do_for_the_smaller_one_but_not_the_other_way(checkout):
    fake_venv(checkout, pip='echo "$@" >> pip.log')
    for name, calls in (("standin", 1), ("dev", 2), ("standin", 2)):
        run(checkout, f"bootstrap.install({name!r})")
        assert len((checkout / "pip.log").read_text().splitlines()) == calls
    (checkout / ".venv" / "requirements-standin.txt.installed").unlink()
    run(checkout, "bootstrap.install('standin')")
    assert len((checkout / "pip.log").read_text().splitlines()) == 2


def test_a_python_in_the_way_that_cannot_run_is_no_virtual_environment(checkout):
    broken = checkout / ".venv" / "bin" / "python"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"\x7fnot a program")
    broken.chmod(0o755)
    done = run(checkout, "print(bootstrap.venv_works())")
    assert (done.returncode, done.stdout, done.stderr) == (0, "False\n", "")
