"""Every line of the job row's rules (docs/architecture.md) is needed: with one taken out, a named test fails.

In a copy of the code one line is changed, and the tests named beside it are run. A hundredth of them (one) in
`make test`, all in `make proof`.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.removals import OF_THE_CLOCKS_LANE, Removal
from tests.processes import ROOT
from tests.proof import count

pytestmark = [pytest.mark.proof, pytest.mark.once]
JOBS, DOORBELL, WORK = "core/jobs.py", "core/doorbell.py", "core/work.py"
SCHEDULE, ACTORS = "signing/services/schedule.py", "signing/actors.py"
RING, CLAIM, SETTLE = (f"tests/core/test_jobs_{word}.py" for word in ("ring", "claim", "settle"))
SWEEP, RUN, PACE = "tests/core/test_jobs_sweep.py", "tests/core/test_work.py", "tests/core/test_pace.py"
LANES = "tests/core/test_lanes.py"
RENEW = "tests/core/test_jobs_renew.py"
FROZEN = "tests/core/test_redis_frozen.py"
LOOKS, LEASES = "tests/signing/services/test_schedule.py", "tests/test_jobs.py"


REMOVALS = [
    Removal("a ring is counted", JOBS, "wanted = core_job.wanted + 1", "wanted = core_job.wanted", SETTLE),
    Removal(
        "a ring never puts off",
        JOBS,
        "{least}(COALESCE(core_job.due_at, excluded.due_at), excluded.due_at)",
        "excluded.due_at",
        RING,
    ),
    Removal("a ring tells its cause", JOBS, "cause = excluded.cause", "cause = core_job.cause", RING),
    Removal(
        "a message leaves on commit",
        DOORBELL,
        "transaction.on_commit(lambda: send(",
        "(lambda call: call())(lambda: send(",
        RING,
    ),
    Removal(
        "messages within a minute only",
        DOORBELL,
        "if delay <= DELAY_MAX:\n        transaction.on_commit(lambda: send(",
        "if True:\n        transaction.on_commit(lambda: send(",
        RING,
    ),
    Removal(
        "turns within a minute only",
        DOORBELL,
        "if delay <= DELAY_MAX:\n        transaction.on_commit(lambda: send_turn(",
        "if True:\n        transaction.on_commit(lambda: send_turn(",
        SETTLE,
    ),
    Removal("a claim raises the fence", JOBS, 'fence=F("fence") + 1,', "", CLAIM),
    Removal("a claim counts as a crash until it settles", JOBS, 'crashes=F("crashes") + 1,', "", CLAIM),
    Removal("a claim leases", JOBS, "leased_until=after(lease),", "leased_until=None,", CLAIM),
    Removal("what is leased is not claimed", JOBS, "jobs.filter(unleased, ", "jobs.filter(", CLAIM),
    Removal("what is not due is not claimed", JOBS, "unleased, due_at__lte=Now(), ", "unleased, ", CLAIM),
    Removal("what is dead is not claimed", JOBS, ", dead_at__isnull=True)\n", ")\n", CLAIM),
    Removal("five crashes are the end", JOBS, "if job.crashes > CRASHES_MAX:", "if False:", CLAIM),
    Removal("a stale holder does not settle", JOBS, "fence=claim.fence, leased", "leased", SETTLE),
    Removal(
        "a lost lease rolls the work back", JOBS, "    if not settled:\n        raise LeaseLost\n", "", SETTLE
    ),
    Removal(
        "a ring during the run is not lost",
        JOBS,
        "due_at=Case(When(wanted=claim.taken, then=due), default=Now()),",
        "due_at=due,",
        SETTLE,
    ),
    Removal("settling forgets crashes", JOBS, "        crashes=0,\n        leased", "        leased", CLAIM),
    Removal(
        "settling ends the lease",
        JOBS,
        "        leased_until=None,\n        failures",
        "        failures",
        SETTLE,
    ),
    Removal("failures are counted", JOBS, 'F("failures") + 1 if failure else 0', "0", SETTLE),
    Removal(
        "a release is not a crash", JOBS, 'due_at=Now(), crashes=F("crashes") - 1', "due_at=Now()", CLAIM
    ),
    Removal(
        "a person revives a dead job", JOBS, "update(dead_at=None, crashes=0)", "update(crashes=0)", RING
    ),
    Removal("SIGTERM gives the job back", WORK, "            jobs.release(claim)\n", "", RUN),
    Removal("an error counts", WORK, "            jobs.stumble(claim, error=error)\n", "", RUN),
    Removal("what nobody waits for is the clock's", JOBS, "if planned or failure:", "if False:", SETTLE),
    Removal("a failure is the clock's", JOBS, "if planned or failure:", "if planned:", SETTLE),
    Removal("the clock keeps a pace", WORK, "min(slot, SLOT_SECONDS_MAX)", "0", PACE),
    Removal("the longest due first", JOBS, 'order_by("due_at", "id")', 'order_by("-due_at")', SWEEP),
    Removal("a tick sends few turns", "core/sweeping.py", "limit=TURNS_MAX", "limit=1000", SWEEP),
    Removal("a turn works all that is due", WORK, "while jobs.longest_due(", "if jobs.longest_due(", SWEEP),
    Removal("a turn makes room", WORK, "            doorbell.send_turn()\n", "", SWEEP),
    Removal("a turn without a place is dropped", WORK, "if not free:", "if False:", LANES),
    Removal(
        "doorbells keep half of the threads",
        "core/lanes.py",
        "worker.worker_threads // 2",
        "worker.worker_threads",
        LANES,
    ),
    Removal(
        "what is postponed rests",
        JOBS,
        "due_at=rest, rest_until=rest, leased_until=None, crashes=0",
        "due_at=rest, leased_until=None, crashes=0",
        RING,
    ),
    Removal(
        "what is postponed gets a message",
        JOBS,
        "    doorbell.ring_on_commit(claim.kind, claim.job_id, delay=seconds)\n",
        "",
        RING,
    ),
    Removal("a bucket of five", SCHEDULE, "BUCKET_SIZE = 5", "BUCKET_SIZE = 6", LOOKS),
    Removal("one look in ten seconds", SCHEDULE, "BUCKET_SECONDS = 10.0", "BUCKET_SECONDS = 1.0", LOOKS),
    Removal("four looks after a claim", SCHEDULE, "(1.0, 3.0, 10.0, 30.0)", "(1.0, 3.0, 10.0)", LOOKS),
    Removal("a lease outlasts the longest step", ACTORS, "lease=100", "lease=90", LEASES),
    Removal(
        "times are the database's",
        "core/clock.py",
        'Value("now")',
        "Value(datetime.now().isoformat())",
        "tests/core/test_clock_jumps.py",
    ),
    Removal(
        "a rest holds whoever rings",
        JOBS,
        "{greatest}({sooner}, COALESCE({rest}, {sooner}))",
        "{sooner}",
        RING,
    ),
    Removal("a resting job gets no message", JOBS, "if not rests:", "if True:", RING),
    Removal(
        "a claim can be asked to hold",
        JOBS,
        "    if not _held(claim).update(fence=claim.fence):\n        raise LeaseLost\n",
        "    _held(claim)\n",
        SETTLE,
    ),
    Removal(
        "a lease can be renewed by its holder alone",
        JOBS,
        "    if not _held(claim).update(leased_until=after(doorbell",
        "    if not Job.objects.filter(id=claim.job_id).update(leased_until=after(doorbell",
        RENEW,
    ),
    Removal(
        "checking a file has a lease of its own",
        "signing/services/archive.py",
        "    jobs.renew(claim)  # checking",
        "    # checking",
        "tests/signing/services/test_archive_slow_storage.py",
    ),
    Removal(
        "storing a file has a lease of its own",
        "signing/services/archive.py",
        "    jobs.renew(claim)\n    blob",
        "    blob",
        "tests/signing/services/test_archive_slow_storage.py",
    ),
    Removal("a step over its limit counts", WORK, "            jobs.stumble(claim, error=over)\n", "", RUN),
    Removal("a failing database is no crash", WORK, "if database_failed(error):", "if False:", RUN),
    Removal(
        "a long run makes room", WORK, "    doorbell.send(name, job_id)  # another", "    # another", RUN
    ),
    Removal("it is told three times", WORK, "PUT_OFF_TRIES = 3", "PUT_OFF_TRIES = 2", RUN),
    Removal("three failures open the breaker", DOORBELL, "breaker.failed()", "pass", FROZEN),
    *OF_THE_CLOCKS_LANE,
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The code and its tests, to be changed."""
    folder: Path = tmp_path_factory.mktemp("copy")
    for name in ("core", "signing", "webhooks", "signflow", "tests", "samples", "dev"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "manage.py", "Procfile"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def outcome(copy: Path, tests: str) -> "subprocess.CompletedProcess[str]":
    """On a SQLite of its own, whatever the tests around it run on."""
    servers = {"TEST_DATABASE_URL", "TEST_REDIS_URL", "PYTEST_XDIST_WORKER"}
    env = {name: value for name, value in os.environ.items() if name not in servers}
    env |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(copy)}
    command = [sys.executable, "-m", "pytest", "-n", "0", tests]
    return subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, timeout=300)


def test_each_rules_line_is_there():
    gone = [each.rule for each in REMOVALS if (ROOT / each.file).read_text().count(each.old) != 1]
    assert gone == []


@pytest.mark.parametrize("removal", REMOVALS[: count(100)], ids=lambda removal: removal.rule)
def test_without_the_line_a_test_fails(copy, removal):
    file = copy / removal.file
    whole = file.read_text()
    changed = whole.replace(removal.old, removal.new)
    ast.parse(changed)  # what does not run at all shows nothing
    file.write_text(changed)
    try:
        told = outcome(copy, removal.tests)
    finally:
        file.write_text(whole)
    summary = told.stdout.strip().splitlines()[-1]
    assert re.search(r"\b[1-9]\d* failed", summary), told.stdout[-3000:]
    assert re.search(r"\b[1-9]\d* passed", summary), "some of what is tested there still works"
    assert "error" not in summary


def test_unchanged_the_copys_tests_pass(copy):
    for tests in sorted({removal.tests for removal in REMOVALS[: count(100)]}):
        unchanged = outcome(copy, tests)
        assert unchanged.returncode == 0, unchanged.stdout[-3000:]
