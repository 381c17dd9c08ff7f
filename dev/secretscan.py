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

from dev.secret_patterns import LINE_MAX, secrets_in
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
Unread = dict[str, set[str]]  # a reason → the paths that were passed over for it


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


def found_in(lines: Iterable[tuple[str, str]], unread: Unread) -> Iterator[Finding]:
    """lines: (where, text). Each value once."""
    seen: set[str] = set()
    for where, text in lines:
        if len(text) > LINE_MAX:
            unread.setdefault(f"lines over {LINE_MAX:,} characters", set()).add(where)
        for kind, value in secrets_in(text):
            if value not in seen:
                seen.add(value)
                yield Finding(where, kind, value)


def left_out(path: str, unread: Unread) -> bool:
    if out := path.endswith(LEFT_OUT):
        unread.setdefault("locks, PDFs, pictures and the list of known values", set()).add(path)
    return out


def added_lines(root: Path, unread: Unread) -> Iterator[tuple[str, str]]:
    """Every line that a commit behind HEAD has added, merges' own too. Raises CalledProcessError."""
    options = [
        "--no-color",
        "--unified=0",
        "--no-renames",
        "--no-ext-diff",
        "--diff-merges=first-parent",
        "--root",
    ]
    command = ["git", "log", "-p", "--format=%x00%h%x00%B%x00", *options, "HEAD", "--"]
    commit = path = ""
    telling = False  # the message, whatever it looks like
    inside = False  # a hunk, where a line that begins with `++ ` was added and names no file
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True, errors="replace") as git:
        assert git.stdout is not None  # noqa: S101  # it is piped
        for line in git.stdout:
            if line.startswith("\0") and line.count("\0") > 1:
                _, commit, subject, *ended = line.split("\0")
                path, inside, telling = "", False, not ended
                yield f"{commit} message", subject
            elif telling:
                telling = "\0" not in line
                yield f"{commit} message", line
            elif line.startswith("diff --git"):
                path, inside = "?", False
            elif line.startswith("@@"):
                inside = True
            elif line.startswith("+++ ") and not inside:
                path = line[4:].rstrip("\n").rstrip("\t").strip('"').removeprefix("b/")
            elif line.startswith("Binary files ") and not inside:
                unread.setdefault("binary files", set()).add(
                    line.split(" and ")[-1].removesuffix(" differ\n")
                )
            elif line.startswith("+") and inside and not left_out(path, unread):
                yield f"{commit} {path}", line[1:]
    if git.returncode:
        raise subprocess.CalledProcessError(git.returncode, command)


def lines_here(root: Path, names: Iterable[str], unread: Unread) -> Iterator[tuple[str, str]]:
    for name in names:
        path = root / name
        if not path.is_file() or left_out(name, unread):
            continue
        if path.stat().st_size >= FILE_BYTES_MAX:
            unread.setdefault(f"files of {FILE_BYTES_MAX:,} bytes or more", set()).add(name)
        else:
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                yield f"{name}:{number}", line


def asked(root: Path, *arguments: str) -> str | None:
    """Git's answer, or None if there is none to be had."""
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)  # noqa: S607
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def everything(root: Path, unread: Unread) -> tuple[Iterator[tuple[str, str]], str]:
    """(lines, what they are). Of the files only those that git knows or would take, so no `.env` and no `var/`."""
    top = asked(root, "rev-parse", "--show-toplevel")
    if top is None or Path(top.strip()).resolve() != root.resolve():
        names = [
            str(path.relative_to(root)) for path in sorted(root.rglob("*")) if not _is_private(path, root)
        ]
        return lines_here(
            root, names, unread
        ), "the files here; THE HISTORY WAS NOT SEEN: this is no git checkout"
    names = (asked(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard") or "").split("\0")
    count = (asked(root, "rev-list", "--count", "HEAD") or "0").strip()
    what = f"{count} commits and the files here"
    if (asked(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true":
        what += "; OLDER COMMITS WERE NOT SEEN: the copy is shallow (git fetch --unshallow)"

    def both() -> Iterator[tuple[str, str]]:
        yield from added_lines(root, unread) if count != "0" else ()
        yield from lines_here(root, names, unread)

    return both(), what


def _is_private(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    return (
        parts[0] in (".venv", "var", "staticfiles", ".git") or "__pycache__" in parts or path.name == ".env"
    )


def main(root: Path = ROOT, known: dict[str, str] | None = None) -> int:
    known = allowed() if known is None else known
    unread: Unread = {}
    lines, what = everything(root, unread)
    found = list(found_in(lines, unread))
    for reason, paths in sorted(unread.items()):
        print(f"NOT READ: {reason} ({len(paths)}, as {min(paths)}).")
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
