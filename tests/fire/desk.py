"""`python -m tests.fire.desk`: rings jobs and tells how they stand, in the database the environment names.

A line of JSON in, a line of JSON out: [what, {…}].
"""

import json
import sys
from typing import Any
from uuid import UUID, uuid4

import django

django.setup()

from core import jobs, sweeping
from core.models import Event, Heartbeat, Job
from tests.fire import actors  # noqa: F401  # declares the kinds


def ring(kind: str, number: int) -> list[str]:
    subjects = [uuid4() for _ in range(number)]
    for subject in subjects:
        jobs.ring(kind, subject=subject, cause="test")
    return [str(subject) for subject in subjects]


def sweep() -> int:
    """A tick that does not wait for its minute."""
    return sweeping.sweep()


def done(subjects: list[str]) -> list[list[Any]]:
    """Of each: how often its work was done, its crashes, and why it is dead."""
    rows = []
    for subject in subjects:
        job = Job.objects.get(subject=UUID(subject))
        times = Event.objects.filter(chain=UUID(subject), kind="fire.done").count()
        rows.append([times, job.crashes, job.last_error if job.dead_at else None])
    return rows


def holders(subject: str) -> list[int]:
    """The processes that took up a held job, the first one first."""
    beats = Heartbeat.objects.filter(name__startswith=f"fire:{UUID(subject).hex[:12]}:").order_by("at")
    return [int(name.split(":")[-1]) for name in beats.values_list("name", flat=True)]


def main() -> None:
    does = {each.__name__: each for each in (ring, sweep, done, holders)}
    for line in sys.stdin:
        what, given = json.loads(line)
        print(json.dumps(does[what](**given)), flush=True)  # noqa: T201  # its answer


if __name__ == "__main__":
    main()
