import io
import os
import pty
import select
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core.models import Organization, User
from core.services.sessions import user_sign_in
from tests.builders import PASSWORD, make_manager, make_organization


def onboard(organization: str = "Kaveri Works", manager: str = "meera", *options: str) -> str:
    out = io.StringIO()
    call_command("onboard", "--organization", organization, "--manager", manager, *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def typed(monkeypatch):
    """Puts a text on standard input."""

    def put(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    return put


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["\n", "\r\n", "", "\nmore\n"])
def test_an_organization_and_its_first_manager_are_created(end, typed):
    typed(PASSWORD + end)
    said = onboard("Kaveri Works", "meera", "--password-stdin")
    user = user_sign_in(username="meera", password=PASSWORD)
    assert (user.tenant.name, user.is_manager) == ("Kaveri Works", True)
    assert said == "Kaveri Works is created. Its manager signs in as meera.\n"
    assert PASSWORD not in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("organization", "manager", "password", "words"),
    [
        ("Kaveri Works", "meera", "", "no password on standard input"),
        ("Kaveri Works", "meera", "\n", "no password on standard input"),
        ("Kaveri Works", "meera", "short", "too short"),
        ("Kaveri Works", "meera", "a long\0 password", "NUL"),
        ("Kaveri Works", "me era", PASSWORD, "letters, digits"),
        ("Kaveri Works", "", PASSWORD, "letters, digits"),
        ("Kaveri Works", "x" * 151, PASSWORD, "letters, digits"),
        ("", "meera", PASSWORD, "1 to 120"),
        ("x" * 121, "meera", PASSWORD, "1 to 120"),
        ("elsewhere", "meera", PASSWORD, "already"),
        ("Kaveri Works", "STRANGER", PASSWORD, "is taken"),
    ],
)
def test_a_refusal_is_a_sentence_and_creates_nothing(organization, manager, password, words, typed):
    make_manager("stranger", organization=make_organization("Elsewhere"))
    typed(password)
    with pytest.raises(CommandError, match=words) as refusal:
        onboard(organization, manager, "--password-stdin")
    assert str(refusal.value).endswith(".")
    assert (Organization.objects.count(), User.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_without_a_terminal_the_password_is_not_asked_for(typed):
    typed(PASSWORD)
    with pytest.raises(CommandError, match="--password-stdin"):
        onboard()
    assert not Organization.objects.exists()


def test_the_help_describes_each_option(capsys):
    with pytest.raises(SystemExit):
        call_command("onboard", "--help")
    text = capsys.readouterr().out
    assert "first manager" in text
    for option in ("--organization NAME", "--manager USERNAME", "--password-stdin"):
        assert option in text


def on_terminal(*answers: str) -> tuple[int, str]:
    """Run the command on a terminal of its own and type the answers. Returns its exit code and all it showed."""
    leader, follower = pty.openpty()
    command = [sys.executable, "manage.py", "onboard", "--organization", "Kaveri Works", "--manager", "meera"]
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    shown, waiting, until = "", list(answers), time.monotonic() + 30
    while time.monotonic() < until:
        if not select.select([leader], [], [], 0.2)[0]:
            continue
        try:
            shown += os.read(leader, 4096).decode()
        except OSError:  # the other end is closed
            break
        if waiting and shown.endswith(": "):
            os.write(leader, f"{waiting.pop(0)}\n".encode())
    os.close(leader)
    return process.wait(timeout=30), shown


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_the_password_is_asked_for_twice_and_never_shown():
    code, shown = on_terminal("first secret", "second secret")
    assert code == 1
    assert "Password of meera: " in shown
    assert "The two passwords differ. Nothing is created." in shown
    assert "secret" not in shown
    assert "Traceback" not in shown
