"""Planted secrets are found wherever they were ever written; made-up values are known by their digest and reason."""

import base64
import random
import subprocess
from pathlib import Path

import pytest

from dev.secret_patterns import secrets_in
from dev.secretscan import ALLOWED, Finding, allowed, main

# Put together here, so that this file holds none of them.
LETTERS = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fG"
PLANTED = {
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "an AWS key": "key = AKIA" + "Q3EGJ5T7ZLXWN4RM",
    "a GitHub token": "ghp_" + LETTERS + "x9Y8",
    "a GitLab token": "glpat-" + LETTERS[:20],
    "a Slack token": "xoxb-" + "1234567890-abcdef",
    "a Stripe key": "sk_live_" + LETTERS[:24],
    "a Google key": "AIza" + LETTERS + "abc",
    "a Sentry DSN": "https://" + "0123456789abcdef" * 2 + "@o1.ingest.sentry.io/42",
    "a signed token": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkw" + "In0." + LETTERS,
    "a setting": "SETU_CLIENT_SECRET=" + LETTERS[:24],
    "a setting in quotes": "'secret_key': '" + LETTERS + "'",
    "an id in YAML": "SETU_CLIENT_ID: 8f14e45f-ceea-467f-" + "a9d2-3b1c5e7f9012",
    "a token in a call": 'connect(token="' + LETTERS[:20] + '")',
    "a password in an address": "postgres://signflow:" + "tr0ub4dor-and-three@db.example.com/signflow",
}
HARMLESS = [
    "SECRET_KEY = required('SECRET_KEY')",
    "token = request.headers['Authorization']",
    "password: str = Field(min_length=12)",
    "SETU_CLIENT_SECRET: ${SETU_CLIENT_SECRET:-}",
    "postgres://user:password@host:5432/name".replace(":password", ":$PASSWORD"),
    "client_secret=kept.STANDIN_CLIENT_SECRET",
    "token_version=F('token_version') + 1",
    "auth_password_validators = password_validation.MinimumLengthValidator",
    "PASSWORD = 'correct horse battery staple'",
    "SETU_CALLBACK_TOKENS=<token>,<token>",
]


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    keep(folder, "README", "Nothing here.\n")
    return folder


def keep(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", f"Change {name}")


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_secret_is_found_and_shown_in_part_only(kind, checkout, capsys):
    keep(checkout, "settings.env", f"first\n{PLANTED[kind]}\n")
    assert main(checkout, {}) == 1
    said = capsys.readouterr().err
    assert "settings.env" in said
    assert PLANTED[kind] not in said


def test_a_secret_that_was_taken_away_again_is_still_in_the_history(checkout, capsys):
    keep(checkout, "deploy.sh", PLANTED["a setting"])
    keep(checkout, "deploy.sh", "export NOTHING=1")
    git(checkout, "rm", "-q", "deploy.sh")
    git(checkout, "commit", "-q", "-m", "Gone")
    assert main(checkout, {}) == 1
    assert "deploy.sh: a value of a name that sounds secret" in capsys.readouterr().err


def test_a_secret_on_a_branch_that_was_merged_and_in_a_message_is_found(checkout, capsys):
    git(checkout, "checkout", "-q", "-b", "side")
    keep(checkout, "side.txt", PLANTED["an AWS key"])
    git(checkout, "rm", "-q", "side.txt")
    git(checkout, "commit", "-q", "-m", f"Try {PLANTED['a GitHub token']}")
    git(checkout, "checkout", "-q", "main")
    keep(checkout, "other.txt", "other\n")
    git(checkout, "merge", "-q", "--no-ff", "-m", "Merge", "side")
    assert main(checkout, {}) == 1
    said = capsys.readouterr().err
    assert "side.txt: an AWS key" in said
    assert "message: a GitHub token" in said


def test_an_added_line_that_looks_like_a_header_hides_nothing_behind_it(checkout, capsys):
    keep(checkout, "notes.txt", f"++ b/x.pdf\n@@ -1 +1 @@\n{PLANTED['an AWS key']}\n")
    keep(checkout, "notes.txt", "nothing\n")
    assert main(checkout, {}) == 1
    assert "notes.txt: an AWS key" in capsys.readouterr().err


def test_a_message_that_looks_like_a_change_hides_nothing_either(checkout, capsys):
    message = f"Show\n\ndiff --git a/x.pdf b/x.pdf\n+++ b/x.pdf\n{PLANTED['an AWS key']}"
    git(checkout, "commit", "-q", "--allow-empty", "-m", message)
    keep(checkout, "notes.txt", "nothing\n")
    assert main(checkout, {}) == 1
    assert "message: an AWS key" in capsys.readouterr().err


def test_what_was_not_read_is_said(checkout, capsys):
    assert main(checkout, {}) == 0
    assert "NOT READ" not in capsys.readouterr().out
    (checkout / "page.pdf").write_text(PLANTED["a setting"])
    (checkout / "big.txt").write_text(f"{PLANTED['a setting']}\n" + "word\n" * 400_000)
    (checkout / "picture").write_bytes(b"\0\1")
    keep(checkout, "data.json", "x" * 20_001)
    git(checkout, "rm", "-q", "big.txt", "--cached")
    git(checkout, "commit", "-q", "--amend", "-m", "Some")
    assert main(checkout, {}) == 0
    said = capsys.readouterr().out
    assert "NOT READ: lines over 20,000 characters (2, as " in said
    assert "NOT READ: files of 2,000,000 bytes or more (1, as big.txt)." in said
    assert "NOT READ: locks, PDFs, pictures and the list of known values (1, as page.pdf)." in said
    assert "NOT READ: binary files (1, as b/picture)." in said


def test_a_secret_that_is_not_committed_yet_is_found_but_what_git_ignores_is_left_alone(checkout, capsys):
    keep(checkout, ".gitignore", ".env\n")
    (checkout / ".env").write_text(PLANTED["a setting"])
    assert main(checkout, {}) == 0
    (checkout / "notes.txt").write_text(PLANTED["a setting"])
    assert main(checkout, {}) == 1
    assert "notes.txt:1: " in capsys.readouterr().err


def test_a_known_value_is_passed_over_and_another_one_is_not(checkout):
    keep(checkout, "test.py", PLANTED["a setting"])
    known = {Finding("", "", LETTERS[:24]).digest: "made up"}
    assert main(checkout, known) == 0
    keep(checkout, "test.py", PLANTED["a setting in quotes"])
    assert main(checkout, known) == 1


@pytest.mark.parametrize("line", HARMLESS)
def test_code_and_words_are_no_secrets(line):
    assert list(secrets_in(line)) == []


def test_random_secrets_of_every_usual_form_look_random():
    dice = random.Random(5)  # noqa: S311  # repeatable
    for _ in range(300):
        raw = dice.randbytes(24)
        for value in (raw.hex(), base64.urlsafe_b64encode(raw).decode(), base64.b64encode(raw).decode()):
            assert list(secrets_in(f"API_KEY={value}")), value


def test_without_git_the_files_are_read_and_the_history_is_said_to_be_unseen(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("nothing")
    assert main(tmp_path, {}) == 0
    assert "THE HISTORY WAS NOT SEEN" in capsys.readouterr().out
    (tmp_path / "notes.txt").write_text(PLANTED["a setting"])
    assert main(tmp_path, {}) == 1


def test_a_shallow_copy_says_that_older_commits_were_not_seen(checkout, tmp_path, capsys):
    keep(checkout, "old.txt", PLANTED["a setting"])
    git(checkout, "rm", "-q", "old.txt")
    git(checkout, "commit", "-q", "-m", "Gone")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{checkout}", "shallow")
    assert main(tmp_path / "shallow", {}) == 0
    assert "OLDER COMMITS WERE NOT SEEN" in capsys.readouterr().out


def test_each_known_value_has_a_reason(tmp_path):
    assert all(allowed().values())
    assert ALLOWED.is_file()
    without = tmp_path / "allowed"
    without.write_text("0123456789abcdef0123\n")
    with pytest.raises(ValueError, match="has no reason"):
        allowed(without)
