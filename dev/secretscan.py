"""Looks for secrets in every line that the history has ever added, and in the files as they lie here.

`python -m dev.secretscan`, a part of `make check`. Patterns are in `secret_patterns`. What is found and harmless (a
test's made-up token) stands in `secrets-allowed.txt` by its digest, with the reason. Without git, or in a shallow
copy, it looks at what there is and says what it could not see.
"""

import hashlib
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dev.secret_patterns import secrets_in
from dev.stack import ROOT

ALLOWED = Path(__file__).with_name("secrets-allowed.txt")
# Hashes of packages, and files of fonts and pictures: nothing a person types.
LEFT_OUT = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-standin.txt",
    ".pdf",
    ".png",
    ALLOWED.name,
)
SHOWN_MAX = 40
FILE_BYTES_MAX = 2_000_000


@dataclass(frozen=True)
class Finding:
    """where: a commit and a path, or a path. value is shown in part only."""

    where: str
    kind: str
    value: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.value.encode()).hexdigest()[:20]

    def __str__(self) -> str:
        return f"{self.where}: {self.kind}, {self.value[:4]}… ({len(self.value)} characters), digest {self.digest}"


def allowed(path: Path = ALLOWED) -> dict[str, str]:
    """Digest → reason. Raises ValueError for a line without a reason."""
    entries = {}
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            digest, _, reason = line.partition(" ")
            if not reason.strip():
                raise ValueError(f"{path.name}: {digest} has no reason.")
            entries[digest] = reason.strip()
    return entries


def found_in(lines: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """lines: (where, text). Each value once."""
    seen: set[str] = set()
    for where, text in lines:
        for kind, value in secrets_in(text):
            if value not in seen:
                seen.add(value)
                yield Finding(where, kind, value)


def added_lines(root: Path) -> Iterator[tuple[str, str]]:
    """Every line that a commit behind HEAD has added, merges' own too. Raises CalledProcessError."""
    options = [
        "--no-color",
        "--unified=0",
        "--no-renames",
        "--no-ext-diff",
        "--diff-merges=first-parent",
        "--root",
    ]
    command = ["git", "log", "-p", "--format=%x00%h%x00%B", *options, "HEAD", "--", "."]
    commit = path = ""
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True, errors="replace") as git:
        assert git.stdout is not None  # noqa: S101  # it is piped
        for line in git.stdout:
            if line.startswith("\0"):
                _, commit, subject = line.split("\0", 2)
                path = ""
                yield f"{commit} message", subject
            elif line.startswith("+++ "):
                path = line[4:].rstrip("\n").removeprefix("b/")
            elif line.startswith("diff --git"):
                path = "?"
            elif not path:
                yield f"{commit} message", line
            elif line.startswith("+") and not path.endswith(LEFT_OUT):
                yield f"{commit} {path}", line[1:]
    if git.returncode:
        raise subprocess.CalledProcessError(git.returncode, command)


def lines_here(root: Path, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        path = root / name
        if path.is_file() and not name.endswith(LEFT_OUT) and path.stat().st_size < FILE_BYTES_MAX:
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                yield f"{name}:{number}", line


def asked(root: Path, *arguments: str) -> str | None:
    """Git's answer, or None if there is none to be had."""
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)  # noqa: S607
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def everything(root: Path) -> tuple[Iterator[tuple[str, str]], str]:
    """(lines, what they are). Of the files only those that git knows or would take, so no `.env` and no `var/`."""
    top = asked(root, "rev-parse", "--show-toplevel")
    if top is None or Path(top.strip()).resolve() != root.resolve():
        names = [
            str(path.relative_to(root)) for path in sorted(root.rglob("*")) if not _is_private(path, root)
        ]
        return lines_here(root, names), "the files here; THE HISTORY WAS NOT SEEN: this is no git checkout"
    names = (asked(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard") or "").split("\0")
    count = (asked(root, "rev-list", "--count", "HEAD") or "0").strip()
    what = f"{count} commits and the files here"
    if (asked(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true":
        what += "; OLDER COMMITS WERE NOT SEEN: the copy is shallow (git fetch --unshallow)"

    def both() -> Iterator[tuple[str, str]]:
        yield from added_lines(root) if count != "0" else ()
        yield from lines_here(root, names)

    return both(), what


def _is_private(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    return (
        parts[0] in (".venv", "var", "staticfiles", ".git") or "__pycache__" in parts or path.name == ".env"
    )


def main(root: Path = ROOT, known: dict[str, str] | None = None) -> int:
    known = allowed() if known is None else known
    lines, what = everything(root)
    found = list(found_in(lines))
    bad = [one for one in found if one.digest not in known]
    for one in bad[:SHOWN_MAX]:
        print(f"SECRET? {one}", file=sys.stderr)
    if bad:
        print(
            f"{len(bad)} possible secret(s). A real one: change it where it is used, now; the history keeps it. A"
            f" made-up one: add its digest and the reason to dev/{ALLOWED.name}.",
            file=sys.stderr,
        )
        return 1
    print(f"No secret in {what} ({len(found)} known test values).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
