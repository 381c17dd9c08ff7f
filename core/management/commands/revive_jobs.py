from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import jobs
from core.models import Job


class Command(BaseCommand):
    help = "Give dead jobs their tries back: those that failed five times in a row and wait for a person."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subjects", nargs="*", help="ids of requests (default: all dead jobs)")
        parser.add_argument("--list", action="store_true", help="only list them")

    def handle(self, *args: Any, **options: Any) -> None:
        dead = Job.objects.filter(dead_at__isnull=False).order_by("dead_at")
        if options["subjects"]:
            dead = dead.filter(subject__in=options["subjects"])
        for job in dead:
            if not options["list"]:
                jobs.revive(job, cause="support")
            self.stdout.write(f"{job.kind} {job.subject}: {job.last_error}")
        what = "dead" if options["list"] else "revived"
        self.stdout.write(f"{len(dead)} {what}.")
