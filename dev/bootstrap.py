"""Makes the virtual environment and brings it in step with a hash-locked requirements file.

Run by whatever Python is at hand, so it uses the standard library only and syntax every Python 3 reads.
`python3 dev/bootstrap.py standin|dev`. Repeating is safe and quick.
"""

import hashlib
import os
import subprocess
import sys
from typing import NoReturn, Sequence

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
OLDEST, TOO_NEW = (3, 11), (3, 14)


def stop(sentence: str) -> NoReturn:
    sys.stderr.write(sentence + "\n")
    sys.exit(1)


def fitting_python(version: Sequence[int]) -> None:
    """Go on with a Python that fits, if there is one under another name. version: that of this Python."""
    if OLDEST <= tuple(version[:2]) < TOO_NEW:
        return
    for name in ("python3.13", "python3.12", "python3.11"):
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            path = os.path.join(folder, name)
            if os.access(path, os.X_OK):
                os.execv(path, [path] + sys.argv)
    have = ".".join(str(part) for part in version[:3])
    stop("SignFlow needs Python 3.11, 3.12 or 3.13; this is {}. Install one and try again.".format(have))


def make_venv() -> None:
    if venv_works():
        return
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop("Python's venv module is missing. On Debian: apt-get install python3-venv. Then try again.")
    say("Making the virtual environment …")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if made.returncode:
        reason = (made.stdout.decode(errors="replace").strip() or "no reason given").splitlines()[-1]
        stop("The virtual environment could not be made in {}: {}".format(VENV, reason))


def venv_works() -> bool:
    try:
        return subprocess.call([PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL) == 0
    except OSError:  # not there, or of another machine
        return False


def install(name: str) -> None:
    """Install the lock of that name; a larger one that is in step already will do."""
    lock = os.path.join(ROOT, "requirements-{}.txt".format(name))
    wider = {"standin": ["dev"], "dev": []}[name]
    if any(in_step(os.path.join(ROOT, "requirements-{}.txt".format(one))) for one in [name] + wider):
        return
    say("Installing the packages of {}: about a minute, once …".format(os.path.basename(lock)))
    command = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        lock,
    ]
    if subprocess.call(command):
        stop("The packages could not be installed; pip's reason is above. Check the network and try again.")
    with open(stamp(lock), "w") as file:
        file.write(digest(lock))


def in_step(lock: str) -> bool:
    try:
        with open(stamp(lock)) as file:
            return file.read() == digest(lock)
    except OSError:
        return False


def stamp(lock: str) -> str:
    return os.path.join(VENV, os.path.basename(lock) + ".installed")


def digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    fitting_python(tuple(sys.version_info[:3]))
    make_venv()
    install(sys.argv[1])
