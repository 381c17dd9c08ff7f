"""`manage.py doctor`: asks every setting and outside service whether it will do, and says what to do if not."""

import json
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import counters
from core.checks import Level, Outcome, run_all

SIGNS = {Level.OK: "✓", Level.WARN: "!", Level.FAULT: "✗"}


class Command(BaseCommand):
    help = "Check settings, database, Redis, storage, Setu, worker and clock. Ends with 1 if anything is at fault."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object a line instead of text.")
        parser.add_argument(
            "--show-callback-url",
            action="store_true",
            help="Print the callback address with its token, which is a secret.",
        )

    def handle(self, *, show_callback_url: bool, **options: Any) -> None:
        faults = 0
        for name, found in run_all():
            faults += found.level == Level.FAULT
            outcome = replace(found, says=found.shown) if show_callback_url and found.shown else found
            self.stdout.write(_json(name, outcome) if options["json"] else _text(name, outcome))
        counters.flush()  # the call to Setu
        if faults:
            raise CommandError(f"{faults} at fault.", returncode=1)


def _text(name: str, outcome: Outcome) -> str:
    fix = f"\n    → {outcome.fix}" if outcome.fix else ""
    return f"{SIGNS[outcome.level]} {name:<13} {outcome.says}{fix}"


def _json(name: str, outcome: Outcome) -> str:
    fields = {"check": name, "level": outcome.level.value, "says": outcome.says, "fix": outcome.fix}
    return json.dumps(fields, ensure_ascii=False)
