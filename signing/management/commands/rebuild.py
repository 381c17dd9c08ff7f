"""`manage.py rebuild --check`: are the rows what the recorded looks and events say they are?"""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from signing.models import SignatureRequest
from signing.services.drift import drift_find


class Command(BaseCommand):
    help = (
        "Recompute every request from its chain of events and name each difference to the live rows: request, column, "
        "recorded, live. Changes nothing; ends with 1 if anything differs. May run beside a working SignFlow."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", required=True, help="compare only; there is no other way"
        )
        parser.add_argument("requests", nargs="*", help="ids of requests (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            only = [UUID(id_) for id_ in options["requests"]] or None
        except ValueError:
            raise CommandError("One of the ids is not an id of a request.") from None
        found = 0
        for drift in drift_find(only=only):
            found += 1
            self.stdout.write(str(drift))
        number = SignatureRequest.objects.filter(**({"id__in": only} if only else {})).count()
        if found:
            raise CommandError(f"{found} differences in {number} requests.", returncode=1)
        self.stdout.write(f"No difference in {number} requests.")
