"""The front page's panel of what works."""

from core import heartbeats
from core.console import panels
from core.console.panels import BAD, OK, WARN, Line, Panel, counted
from core.console.shown import duration, list_url
from core.jobstates import JobState, in_state
from core.models import Job


@panels.register
def work() -> Panel:
    jobs = list_url("core_job")
    return Panel(
        "Is it working?",
        [
            _alive("Worker", heartbeats.WORKER, limit=heartbeats.WORKER_SILENT_SECONDS, level=BAD,
                   says="Nothing is sent to Setu or fetched. Start the worker."),
            _alive("Clock", heartbeats.CLOCK, limit=heartbeats.CLOCK_SILENT_SECONDS, level=WARN,
                   says="Workers take its place, if any runs. Start the clock."),
            counted("Dead jobs", Job.objects.filter(in_state(JobState.DEAD)), url=f"{jobs}?state=dead", level=BAD,
                    says="Given up after five failures. Mend the cause, then revive them."),
            counted("Overdue jobs", Job.objects.filter(in_state(JobState.LATE)), url=f"{jobs}?state=late", level=BAD,
                    says="Due for more than 5 minutes: is a worker running, is Setu slow?"),
            counted("Failing jobs", Job.objects.filter(in_state(JobState.FAILING)), url=f"{jobs}?state=failing",
                    level=WARN, says="Setu did not answer as it should; they are tried again."),
        ],
    )  # fmt: skip


def _alive(label: str, name: str, *, limit: float, level: str, says: str) -> Line:
    silent, url = heartbeats.silent_for(name), list_url("core_heartbeat")
    if silent is None:
        return Line(label, "never seen", level=level, url=url, says=says)
    if silent > limit:
        return Line(label, f"silent for {duration(silent)}", level=level, url=url, says=says)
    return Line(label, f"{duration(max(0.0, silent))} ago", level=OK, url=url)
