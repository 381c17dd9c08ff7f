"""`make test`: the suite on SQLite, then what depends on servers again, on PostgreSQL with a real Redis broker.

Arguments go to pytest. `--sqlite` and `--servers` run one of the two. Ends non-zero if either fails; where a server
cannot be had it says so loudly, and with CI set it fails.
"""

import os
import subprocess
import sys

from tests import servers

PROCESSES = "tests/production"
# Rows, locks, jobs, selectors, whole stories; not what never touches a database.
ON_SERVERS = (
    "tests/access/test_matrix.py",
    "tests/access/test_twins.py",
    "tests/core",
    "tests/signing",
    "tests/webhooks",
    "tests/console",
    "tests/flows",
    "tests/privacy",
)
NOT_ON_SERVERS = ("tests/signing/setu", "tests/signing/pdf")
PYTEST = (sys.executable, "-m", "pytest", "-n", "auto", "--dist", "worksteal")


def on_sqlite(arguments: list[str]) -> int:
    print("== SQLite, queue in memory ==", flush=True)
    return subprocess.call([*PYTEST, "--ignore=tests/production", *arguments])


def on_servers(arguments: list[str]) -> int:
    try:
        with servers.postgres(waits_for_disk=False) as postgres, servers.redis() as redis:
            print(f"== {postgres.kind}\n== {redis.kind} ==", flush=True)
            env = os.environ | {"TEST_DATABASE_URL": postgres.url, "TEST_REDIS_URL": redis.url}
            ignored = [f"--ignore={folder}" for folder in NOT_ON_SERVERS]
            on_both = [*PYTEST, *ON_SERVERS, PROCESSES, *ignored, *arguments]
            if not os.environ.get("PROOF"):
                return subprocess.call(on_both, env=env)
            # What waits for leases and restarts needs no core of its own; what is timed needs them all.
            rest = subprocess.call([*on_both, "-n", "3", "-m", "proof and not timed"], env=env)
            alone = [*PYTEST, PROCESSES, *arguments, "-n", "0", "-s", "-m", "proof and timed"]
            return max(rest, subprocess.call(alone, env=env))
    except servers.NoServer as reason:
        print(f"\n!!!! SKIPPED: nothing was tested on PostgreSQL and Redis. {reason} !!!!\n", file=sys.stderr)
        return 1 if os.environ.get("CI") else 0


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument not in ("--sqlite", "--servers")]
    parts = [on_sqlite] if "--servers" not in sys.argv else []
    if "--sqlite" not in sys.argv:
        parts.append(on_servers)
    return max(part(arguments) for part in parts)


if __name__ == "__main__":
    sys.exit(main())
