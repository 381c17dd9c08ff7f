"""The doctor's questions about what runs: worker, clock, jobs, and the time they go by."""

from django.conf import settings
from django.utils import timezone

from core import heartbeats
from core.checks import Outcome, fault, ok, register, warn
from core.clock import database_now
from core.selectors import job_dead_count, job_oldest_due_seconds

LATE_SECONDS = 120.0  # a job due for longer means that no worker or clock runs
SKEW_WARN, SKEW_FAULT = 2.0, 30.0  # s


@register("time")
def skew() -> Outcome:
    seconds = abs((timezone.now() - database_now()).total_seconds())
    if seconds < SKEW_WARN:
        return ok("This machine and the database agree on the time.")
    level = fault if seconds > SKEW_FAULT else warn
    return level(
        f"This machine and the database differ by {seconds:.0f} s.",
        "Let both follow a time server (NTP): tokens and links live by this clock, jobs by the database's.",
    )


@register("worker")
def worker() -> Outcome:
    silent = heartbeats.silent_for(heartbeats.WORKER)
    fix = "Start the web process." if settings.EMBEDDED else "Start the worker (the line of the Procfile)."
    if silent is None:
        return fault("No worker has shown itself for an hour, or ever.", fix)
    if silent > heartbeats.WORKER_SILENT_SECONDS:
        return fault(f"No worker has shown itself for {silent:.0f} s.", fix)
    return ok(f"The last sign of life is {silent:.0f} s old.")


@register("clock")
def clock() -> Outcome:
    silent = heartbeats.silent_for(heartbeats.CLOCK)
    if silent is not None and silent < heartbeats.CLOCK_SILENT_SECONDS:
        return ok(f"The last tick is {silent:.0f} s old.")
    says = (
        "The clock has never ticked." if silent is None else f"The clock has not ticked for {silent:.0f} s."
    )
    part = "web process" if settings.EMBEDDED else "clock"
    return warn(says, f"Start the {part}. Until then the workers ring what is due, if any runs.")


@register("late jobs")
def late_jobs() -> Outcome:
    late = job_oldest_due_seconds()
    if late > LATE_SECONDS:
        return fault(
            f"The oldest due job has waited for {late:.0f} s.",
            "See “worker” and “clock”; if both are well, more workers are needed (or WORKER_THREADS).",
        )
    return ok("No job is late.")


@register("dead jobs")
def dead_jobs() -> Outcome:
    dead = job_dead_count()
    if dead:
        return fault(
            f"{dead} job(s) crashed five times and were given up.",
            "Their last_error is in the admin site under Jobs; when its cause is gone: `manage.py revive_jobs`.",
        )
    return ok("None.")
