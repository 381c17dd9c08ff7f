"""`make fuzz`, `make fuzz SHORT=1`, `SEED=n`: one table; ends non-zero on a server error or a breach and names it."""

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests import servers

FULL, SHORT = 20_000, 1_000  # cases in all, at least
MINUTES = 30
# Share of the cases: managers and signers get further than those who are turned away at the door.
ROLES_SHARE = {"manager": 0.3, "signer": 0.2, "stranger": 0.2, "superuser": 0.15, "anonymous": 0.15}


def main() -> int:
    options = _options()
    began = time.monotonic()
    with database() as (url, kind):
        print(f"Fuzz: {options.cases} cases, seed {options.seed}, {kind}.", flush=True)
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            found = list(pool.map(lambda role: fuzzed(role, options, url), ROLES_SHARE))
    print(table(found, seconds=time.monotonic() - began, seed=options.seed))
    for one in found:
        for breach, call in one["breaches"].items():
            print(f"BREACH as {one['role']}: {breach}\n       {call[:500]}")
    few = too_few(found, cases=options.cases)
    for said in few:
        print(said)
    return 1 if few or any(one["errors"] or one["breaches"] for one in found) else 0


def too_few(found: list[dict[str, Any]], *, cases: int) -> list[str]:
    """A sentence for each role that made fewer calls than its share: little was tried, so little is shown."""
    shares = {role: share_of(role, cases) for role in ROLES_SHARE}
    return [
        f"TOO FEW as {one['role']}: {one['cases']} of {shares[one['role']]} cases."
        for one in found
        if one["cases"] < shares[one["role"]]
    ]


def share_of(role: str, cases: int) -> int:
    return max(1, round(cases * ROLES_SHARE[role]))


@contextlib.contextmanager
def database() -> Iterator[tuple[str, str]]:
    """PostgreSQL, which minds more than SQLite does; without one, SQLite, said loudly."""
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(servers.postgres(waits_for_disk=False))
        except servers.NoServer as reason:
            if os.environ.get("CI"):
                raise
            print(f"\n!!!! ON SQLITE ONLY. {reason} !!!!\n", file=sys.stderr)
            yield "", "SQLite"
        else:
            yield server.url, server.kind


def fuzzed(role: str, options: argparse.Namespace, url: str) -> dict[str, Any]:
    """One role's share, in a process of its own with a database of its own."""
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_REDIS_URL": ""}
    env["TEST_DATABASE_URL"] = f"{url.rsplit('/', 1)[0]}/fuzz_{role}" if url else ""
    share = share_of(role, options.cases)
    command = [sys.executable, "-m", "tests.fuzz.role", role, f"--cases={share}", f"--seed={options.seed}"]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*command], env=env | {"TMPDIR": folder}, stdout=subprocess.PIPE, text=True, timeout=MINUTES * 60
        )
    if done.returncode:
        failed = f"The calls as {role} ended with {done.returncode}; the reason is above."
        return {
            "role": role,
            "cases": 0,
            "errors": 1,
            "statuses": {},
            "breaches": {failed: ""},
            "seconds": 0.0,
        }
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def table(found: list[dict[str, Any]], *, seconds: float, seed: int) -> str:
    lines = [
        "",
        f"{'role':<12}{'cases':>8}{'2xx':>8}{'4xx':>8}{'server errors':>15}{'breaches':>10}{'time':>8}",
    ]
    for one in found:
        by_class = {
            first: sum(number for status, number in one["statuses"].items() if status[0] == first)
            for first in "24"
        }
        lines.append(
            f"{one['role']:<12}{one['cases']:>8}{by_class['2']:>8}{by_class['4']:>8}"
            f"{one['errors']:>15}{len(one['breaches']):>10}{one['seconds']:>6.0f} s"
        )
    sums = [sum(one["cases"] for one in found), sum(one["errors"] for one in found)]
    sums.append(sum(len(one["breaches"]) for one in found))
    lines.append(f"{'all':<12}{sums[0]:>8}{'':>16}{sums[1]:>15}{sums[2]:>10}{seconds:>6.0f} s   seed {seed}")
    return "\n".join(lines)


def _options() -> argparse.Namespace:
    short = os.environ.get("SHORT", "").lower() in ("1", "true", "yes", "on")
    given = os.environ.get("SEED", "")
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=SHORT if short else FULL)
    parser.add_argument(
        "--seed", type=int, default=int(given) if given else random.SystemRandom().randrange(10**6)
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
