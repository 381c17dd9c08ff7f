"""`manage.py purge`: does away with what has been kept long enough, as the clock does every six hours."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import counters, retention


class Command(BaseCommand):
    help = "Delete what has been kept long enough (the KEEP_ settings). Safe to repeat, and beside the clock's own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say what would go.")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        if dry_run:
            numbers = {each.name: number for each, number in retention.counted()}
        else:
            numbers, _ = retention.purge()
            counters.flush()
        width = max(len(name) for name in numbers)
        for each in retention.RULES.values():
            kept = f"{each.days} days" if each.setting else "-"
            self.stdout.write(f"{each.name:<{width}}  {numbers[each.name]:>7}  {kept:>9}  {each.says}")
        self.stdout.write(f"{sum(numbers.values())} {'would go' if dry_run else 'are gone'}.")
