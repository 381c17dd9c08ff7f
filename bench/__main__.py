"""`make bench`: what SignFlow's reads and callbacks cost, beside a floor, on PostgreSQL and Redis, in one run.

Gunicorn, worker, clock and the stand-in run as the Procfile says. Ends non-zero when a goal is missed.
`--json FILE` keeps the figures.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tests import servers
from tests.processes import ROOT
from tests.production.processes import Production, production_in, wait_until_up

if TYPE_CHECKING:  # they need Django's settings, which are those of what is measured
    from bench import callbacks, data, report
    from bench.data import Made
    from signing.models import SignatureRequest

SETTLE_SECONDS = 2.0
START_SECONDS = 8.0
OPEN = 500
VISIBLE_COUNT = 40
INTAKE_REQUESTS, INTAKE_COUNT = 200, 4000


def main() -> int:
    options = argparse.ArgumentParser(prog="make bench", description=__doc__)
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="signflow-bench-") as name,
        servers.postgres() as postgres,
        servers.redis() as redis,
        production_in(Path(name), postgres=postgres.url, redis=redis.url) as run,
    ):
        print(
            f"{postgres.kind}\n{redis.kind}\n{os.cpu_count()} cores, Python {sys.version.split()[0]}\n",
            flush=True,
        )
        os.environ.update(run.env | {"LOG_LEVEL": "WARNING"})
        import django

        django.setup()
        from bench import report

        figures = measure(run, Path(name))
        if chosen.json:
            report.keep(figures, chosen.json)
        return report.say(figures)


def measure(run: Production, folder: Path) -> "report.Figures":
    from bench import callbacks, data, reads, report

    floor_port = floor_start(run, folder)
    run.start("web")
    wait_until_up(f"{run.web_url}/healthz")
    all_reads = []
    for case in reads.cases():
        say(case.name)
        before = setu_calls(run)
        together = reads.measure(
            case, port=int(run.env["PORT"]), floor_port=floor_port, connections=reads.CONNECTIONS
        )
        alone = reads.measure(case, port=int(run.env["PORT"]), floor_port=floor_port, connections=1)
        all_reads.append(
            report.Read(case.name, together, alone, reads.statements(case), setu_calls(run) - before)
        )
    run.end("floor")

    fault(run, fault="callback_lost", endpoint="callback")  # ours are sent when the clock is read
    desk = data.office("callbacks")
    made = data.created_at_setu(OPEN + INTAKE_REQUESTS + 4 * VISIBLE_COUNT)
    requests = data.requests_make(desk, len(made), at_setu=made)
    named = made[OPEN : OPEN + INTAKE_REQUESTS]
    say("intake, the worker stopped")
    callbacks.intake(run, named, count=200)  # warms up
    taken = callbacks.intake(run, named, count=INTAKE_COUNT)
    run.start("worker")
    run.start("clock")
    time.sleep(START_SECONDS)
    say("intake, the worker beside it")
    beside = callbacks.intake(run, named, count=INTAKE_COUNT)
    time.sleep(START_SECONDS)
    return report.Figures(all_reads, taken, beside, visible(run, desk, requests, made))


def visible(
    run: Production, desk: "data.Office", requests: Sequence["SignatureRequest"], made: Sequence["Made"]
) -> list["callbacks.Visible"]:
    from bench import callbacks

    fresh = list(zip(requests, made, strict=True))[OPEN + INTAKE_REQUESTS :]
    seen = []
    for latency_ms in (0, 100):
        if latency_ms:  # to the end
            fault(run, fault="slow", endpoint="get", seconds=latency_ms / 1000)
        for busy in ([], requests[:OPEN]):
            say(f"callback to visible, {len(busy)} open, Setu at {latency_ms} ms")
            batch, fresh = fresh[:VISIBLE_COUNT], fresh[VISIBLE_COUNT:]
            with callbacks.busy_backlog(busy):
                time.sleep(SETTLE_SECONDS)
                seen.append(callbacks.visible(run, desk, batch, backlog=len(busy), latency_ms=latency_ms))
    return seen


def say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


def floor_start(run: Production, folder: Path) -> int:
    """The floor under gunicorn, with the same processes and threads as the web."""
    port = servers.free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "bench.floor:application"]
    with (folder / "floor.log").open("ab") as log:
        run.processes["floor"] = subprocess.Popen(
            command,
            cwd=ROOT,
            env=run.env | {"PORT": str(port)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            httpx.get(f"http://127.0.0.1:{port}/request/{'0' * 32}", timeout=2, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return port
    raise SystemExit(f"The floor does not answer: {(folder / 'floor.log').read_text()[-500:]}")


def setu_calls(run: Production) -> int:
    counted = httpx.get(f"{run.standin_url}/__control__/calls", trust_env=False).raise_for_status().json()
    return sum(counted.values())


def fault(run: Production, **which: str | float) -> None:
    """From now on, to the end."""
    body = which | {"times": 1_000_000}
    httpx.post(f"{run.standin_url}/__control__/faults", json=body, trust_env=False).raise_for_status()


if __name__ == "__main__":
    sys.exit(main())
