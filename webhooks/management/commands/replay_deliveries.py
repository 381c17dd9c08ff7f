"""`manage.py replay_deliveries`: look again at what callbacks named, as after an outage or a restore."""

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webhooks.replay import deliveries_replay, deliveries_to_replay

UNITS = {"m": 60.0, "h": 3600.0, "d": 86_400.0}


class Command(BaseCommand):
    help = (
        "Ring the requests that Setu's callbacks named, once each, and try to match callbacks that nobody could place. "
        "Requests that have ended are left alone. Safe to repeat at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", default="24h", metavar="AGE", help="how far back: 30m, 24h, 7d, or all (default: 24h)"
        )
        parser.add_argument("--unmatched", action="store_true", help="only those that match no request yet")
        parser.add_argument(
            "--limit",
            type=int,
            default=1000,
            metavar="N",
            help="at most so many, the oldest first (default: 1000)",
        )

    def handle(self, *, since: str, unmatched: bool, limit: int, **options: Any) -> None:
        if limit < 1:
            raise CommandError("--limit must be at least 1.")
        chosen = deliveries_to_replay(since_seconds=_seconds(since), unmatched=unmatched)
        deliveries = list(chosen[: limit + 1])
        for outcome, number in deliveries_replay(deliveries[:limit]).items():
            if number:
                self.stdout.write(f"{number:>6}  {outcome.value}")
        self.stdout.write(f"{min(len(deliveries), limit)} deliveries replayed.")
        if len(deliveries) > limit:
            self.stdout.write("There are more: raise --limit, or narrow with --since.")


def _seconds(age: str) -> float | None:
    if age == "all":
        return None
    found = re.fullmatch(r"([1-9][0-9]{0,5})([mhd])", age)
    if found is None:
        raise CommandError("--since takes an age such as 30m, 24h or 7d, or the word all.")
    return int(found[1]) * UNITS[found[2]]
