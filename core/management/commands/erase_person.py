"""`manage.py erase_person`: takes out of the database what names a person, and keeps every chain of events whole."""

import sys
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import erasure
from core.erasure import Part, Person
from core.errors import DomainError
from core.models import Role, User


class Command(BaseCommand):
    help = (
        "Erase a person: the account is closed for good and names nobody; so does what hangs on it. Contracts that "
        "others have a right to stay as they were signed. Cannot be undone; safe to repeat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", help="The user name, or the id.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be changed.")
        parser.add_argument(
            "--cancel-open", action="store_true", help="Cancel the person's open requests first."
        )
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *, person: str, dry_run: bool, cancel_open: bool, yes: bool, **options: Any) -> None:
        user = _user(person)
        found = erasure.person_of(user)
        waiting = erasure.open_work(found)
        self._told(erasure.found(found), "holds")
        if waiting:
            self.stdout.write(f"{waiting} open request(s).")
        if note := _last_manager(user):
            self.stdout.write(note)
        if dry_run:
            self.stdout.write("Nothing was changed.")
            return
        if not yes:
            _asked(user)
        if waiting and cancel_open:
            waiting = self._cancelled(found)
        if waiting:
            hint = "" if cancel_open else " Cancel them, or give --cancel-open."
            raise CommandError(
                f"Not erased: {waiting} of the person's requests are open.{hint}", returncode=2
            )
        try:
            changed = erasure.person_erase(user)
        except DomainError as refusal:
            raise CommandError(refusal.detail, returncode=2) from None
        self._told(changed, "changed")
        self.stdout.write(f"Erased: {user.id}.")

    def _cancelled(self, person: Person) -> int:
        erasure.open_work_end(person)
        waiting = erasure.open_work(person)
        if waiting:
            self.stdout.write(
                "Their end is decided and being carried out at Setu, which takes moments while a worker runs; what "
                "everybody has signed is completed instead. Then give this command again."
            )
        return waiting

    def _told(self, parts: list[tuple[Part, int]], word: str) -> None:
        for each, number in parts:
            if number:
                self.stdout.write(f"{each.table:<16} {number:>6} {word}: {each.does}")


def _user(given: str) -> User:
    try:
        return User.objects.get(id=UUID(given))
    except (ValueError, User.DoesNotExist):
        pass
    try:
        return User.objects.get_by_natural_key(given)
    except User.DoesNotExist:
        raise CommandError("There is no such person.") from None


def _last_manager(user: User) -> str:
    others = User.objects.filter(organization=user.organization_id, role=Role.MANAGER, is_active=True)
    if (
        user.is_active
        and user.is_manager
        and user.organization_id
        and not others.exclude(id=user.id).exists()
    ):
        return (
            "This is the organization's only manager: nobody else can onboard people or ask for signatures."
        )
    return ""


def _asked(user: User) -> None:
    if not sys.stdin.isatty():
        raise CommandError("There is no terminal to ask at. Give --yes if you mean it.")
    answer = input(f"Erase {user.username}? This cannot be undone. Type the user name again: ")
    if answer.strip() != user.username:
        raise CommandError("Nothing was changed.")
