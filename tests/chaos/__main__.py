"""`make chaos`, `make chaos SHORT=1`, `SEED=n`: one run, one table; ends non-zero on any breach and names it."""

import argparse
import asyncio
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.chaos import plan as plans
from tests.chaos.stage import django_up, staged

Runs = Callable[[plans.Plan, Path], Coroutine[Any, Any, tuple[str, list[str]]]]
SIZES = {"full": plans.full, "short": plans.short, "quiet": plans.quiet}


def main(run: Runs | None = None) -> int:
    """The exit code: 0, or 1 where an invariant is breached. Logs and history are kept then, and where it fails."""
    options = _options()
    plan = SIZES[options.size](options.seed)
    chosen = {name: getattr(options, name) for name in ("requests", "notifications", "load_seconds")}
    plan = replace(plan, **{name: value for name, value in chosen.items() if value})
    folder = Path(tempfile.mkdtemp(prefix="signflow-chaos-"))
    print(
        f"Chaos: {plan.requests} requests, {plan.notifications} notifications, seed {plan.seed}.", flush=True
    )
    try:
        table, breaches = asyncio.run((run or _run)(plan, folder))
    except BaseException:
        print(f"The run failed. Logs and history: {folder}")
        raise
    print(table)
    for breach in breaches[:40]:
        print(f"BREACH {breach}")
    if len(breaches) > 40:
        print(f"… and {len(breaches) - 40} more.")
    if breaches or options.keep:
        print(f"Logs and history: {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if breaches else 0


async def _run(plan: plans.Plan, folder: Path) -> tuple[str, list[str]]:
    async with staged(plan, folder) as stage:
        await stage.manage("migrate", "--no-input")
        django_up(stage)
        from tests.chaos.run import run  # needs the models

        return await run(plan, stage)


def _options() -> argparse.Namespace:
    short = os.environ.get("SHORT", "").lower() in ("1", "true", "yes", "on")
    seed = os.environ.get("SEED", "")
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="short" if short else "full")
    parser.add_argument(
        "--seed", type=int, default=int(seed) if seed else random.SystemRandom().randrange(10**6)
    )
    parser.add_argument("--requests", type=int, help="instead of the size's own")
    parser.add_argument("--notifications", type=int)
    parser.add_argument("--load-seconds", type=float)
    parser.add_argument("--keep", action="store_true", help="keep logs and history of a run without breach")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
