"""`make lock` pins the dependencies with hashes; `--check` tells whether the locks are in step with pyproject.toml.

The locks name no host: any index that has the same files will do. A check keeps the pins there are, so a newer
release alone does not fail it.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from dev.stack import ROOT

EXTRAS: dict[str, tuple[str, ...]] = {
    "requirements-dev.txt": ("s3", "sentry", "standin", "dev"),
    "requirements-standin.txt": ("s3", "sentry", "standin"),
    "requirements.txt": ("s3", "sentry"),
}
OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--python-version=3.11",
    "-q",
)


def compiled(name: str, present: Path, constraint: Path | None) -> str:
    """What the lock should be, keeping the pins it has. Raises CalledProcessError with uv's reason on stderr."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / name
        if present.is_file():
            out.write_text(present.read_text())
        extras = [part for extra in EXTRAS[name] for part in ("--extra", extra)]
        constraints = ["-c", str(constraint)] if constraint else []
        command = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            "pyproject.toml",
            *extras,
            *constraints,
            *OPTIONS,
        ]
        subprocess.run([*command, "-o", str(out)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return "".join(
            line for line in out.read_text().splitlines(keepends=True) if "requirements-dev.txt" not in line
        )


def main() -> int:
    check = "--check" in sys.argv
    stale = []
    for name in EXTRAS:
        path = ROOT / name
        constraint = None if name == "requirements-dev.txt" else ROOT / "requirements-dev.txt"
        text = compiled(name, path, constraint)
        if not path.is_file() or path.read_text() != text:
            stale.append(name)
            if not check:
                path.write_text(text)
    if check and stale:
        print(f"Not in step with pyproject.toml: {', '.join(stale)}. Run `make lock`.", file=sys.stderr)
        return 1
    print("The locks are in step." if not stale else f"Written: {', '.join(stale)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
