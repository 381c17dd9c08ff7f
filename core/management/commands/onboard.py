"""`manage.py onboard`: how an organization comes to be. Its managers onboard everybody else over the API."""

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from core.services.users import organization_create


class Command(BaseCommand):
    help = (
        "Create an organization with its first manager, who can then onboard everybody else. "
        "The manager's password is asked for twice, or read from standard input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--organization",
            required=True,
            metavar="NAME",
            help="The organization's name, at most 120 characters. No two organizations share one.",
        )
        parser.add_argument(
            "--manager",
            required=True,
            metavar="USERNAME",
            help="The manager's user name for signing in: letters, digits and @ . + - _ only.",
        )
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="Read the password from the first line of standard input instead of asking for it.",
        )

    def handle(self, *, organization: str, manager: str, password_stdin: bool, **options: Any) -> None:
        password = _password_read() if password_stdin else _password_asked(manager)
        if "\0" in password:
            raise CommandError("The password holds a NUL character.")
        try:
            user = organization_create(name=organization, username=manager.strip(), password=password)
        except DomainError as refusal:
            raise CommandError(refusal.detail) from None
        self.stdout.write(f"{user.tenant.name} is created. Its manager signs in as {user.username}.")


def _password_read() -> str:
    line = sys.stdin.readline()
    if not line.strip():
        raise CommandError("There is no password on standard input.")
    return line.removesuffix("\n").removesuffix("\r")


def _password_asked(manager: str) -> str:
    if not sys.stdin.isatty():
        raise CommandError("There is no terminal to ask for the password. Give it with --password-stdin.")
    try:
        password = getpass.getpass(f"Password of {manager}: ")
        again = getpass.getpass("The same again: ")
    except (EOFError, KeyboardInterrupt):
        raise CommandError("No password was given. Nothing is created.") from None
    if password != again:
        raise CommandError("The two passwords differ. Nothing is created.")
    return password
