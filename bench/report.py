"""The figures as a table, and whether they reach what was set as the goal."""

import json
from dataclasses import dataclass
from pathlib import Path

from bench.callbacks import Visible
from bench.load import Run
from bench.reads import Pair

STATEMENTS_MAX = 5
DASHBOARD_SHARE = 1 / 3  # of the floor's requests a second
STATUS_TIMES = 3.0  # of the floor's time
INTAKE_PER_SECOND = 400.0
INTAKE_P99_MS = 100.0
INTAKE_LEAST = 150.0  # with the worker on the same cores, which takes its share of them
VISIBLE_P50, VISIBLE_P95 = 0.1, 0.25  # s, beside Setu's own latency


@dataclass(frozen=True)
class Read:
    """together: over as many connections as the web has threads; alone: over one."""

    name: str
    together: Pair
    alone: Pair
    statements: int
    setu_calls: int

    @property
    def share(self) -> float:
        return self.together.ours.per_second / self.together.floor.per_second

    @property
    def times(self) -> float:
        return self.alone.ours.percentile(50) / self.alone.floor.percentile(50)


@dataclass(frozen=True)
class Figures:
    reads: list[Read]
    intake: Run  # the worker stopped, as on a machine of the web's own
    intake_beside: Run  # the worker busy on the same cores
    visible: list[Visible]


def goals(figures: Figures) -> list[tuple[str, bool]]:
    """Each goal with its figure, and whether it is reached."""
    by_name = {read.name: read for read in figures.reads}
    small, whole = by_name["dashboard/, 20 requests"], by_name["status/, 2,000 requests"]
    most = max(read.statements for read in figures.reads)
    calls = sum(read.setu_calls for read in figures.reads)
    intake, beside = figures.intake, figures.intake_beside
    said = [
        (f"every read: {most} SQL statements at most (goal: {STATEMENTS_MAX})", most <= STATEMENTS_MAX),
        (f"reads made {calls} calls to Setu (goal: 0)", calls == 0),
        (
            f"dashboard/ (20): {small.share:.2f} of the floor's requests a second (goal: {DASHBOARD_SHARE:.2f})",
            small.share >= DASHBOARD_SHARE,
        ),
        (
            f"status/ (2,000): {whole.times:.2f} times the floor's time (goal: {STATUS_TIMES:.0f})",
            whole.times <= STATUS_TIMES,
        ),
        (
            f"intake: {intake.per_second:.0f} callbacks a second (goal: {INTAKE_PER_SECOND:.0f})",
            intake.per_second >= INTAKE_PER_SECOND,
        ),
        (
            f"intake: p99 {intake.percentile(99):.0f} ms (goal: {INTAKE_P99_MS:.0f} ms)",
            intake.percentile(99) <= INTAKE_P99_MS,
        ),
        (
            f"intake beside a busy worker on the same cores: {beside.per_second:.0f} a second, p99 "
            f"{beside.percentile(99):.0f} ms (goal: {INTAKE_LEAST:.0f})",
            beside.per_second >= INTAKE_LEAST,
        ),
    ]
    for one in figures.visible:
        setu = one.latency_ms / 1000
        said.append(
            (
                f"callback to visible, {one.backlog} open, Setu at {one.latency_ms} ms: p50 {one.p50:.3f} s, p95 "
                f"{one.p95:.3f} s (goal: {VISIBLE_P50 + setu:.2f} and {VISIBLE_P95 + setu:.2f} s)",
                one.p50 <= VISIBLE_P50 + setu and one.p95 <= VISIBLE_P95 + setu,
            )
        )
    return said


def say(figures: Figures) -> int:
    """Print the tables and the goals; returns 1 if one is missed."""
    print(
        "read                        SQL   requests/s   floor's   share   ms alone   floor's   times   bytes"
    )
    for read in figures.reads:
        together, alone = read.together, read.alone
        size = alone.ours.sizes // len(alone.ours.ms)
        print(
            f"{read.name:26} {read.statements:4d} {together.ours.per_second:12.0f} {together.floor.per_second:9.0f}"
            f" {read.share:7.2f} {alone.ours.percentile(50):10.2f} {alone.floor.percentile(50):9.2f}"
            f" {read.times:7.2f} {size:7d}"
        )
    print()
    reached = goals(figures)
    for sentence, ok in reached:
        print(f"{'ok    ' if ok else 'MISSED'}  {sentence}")
    return 0 if all(ok for _, ok in reached) else 1


def keep(figures: Figures, file: Path) -> None:
    said = [{"goal": sentence, "reached": ok} for sentence, ok in goals(figures)]
    file.write_text(json.dumps(said, indent=1) + "\n")
