"""Background work: each kind that is asked for is declared, and each lease outlasts what is done under it."""

import ast
from inspect import signature
from pathlib import Path

import dramatiq
import pytest

from core import blobs, doorbell, liveness, retention, s3, work
from signing import states
from signing.pdf import limits
from signing.services import archive, cancel, look, strays, submit, superseded
from signing.setu import client
from signing.setu.files import fetch_signed
from tests.test_layers import APPS, ROOT, modules

MARGIN = 15.0  # s
CHECK_SECONDS = 20.0  # of a signed file of 50 MB with 25 signatures, on a busy machine
FILE_SECONDS = signature(fetch_signed).parameters["deadline"].default
ORPHAN = client.READ_SECONDS  # a look that fails; after one that went well the step ends
# The longest a step may take between two leases, by the limits of the calls it makes.
STEPS = {
    states.REQUEST_JOB: {
        "an orphan's look, the newer one's, and a deletion": 2 * client.READ_SECONDS + client.DELETE_SECONDS,
        "look, after an orphan": ORPHAN + client.READ_SECONDS,
        "cancel, after an orphan": ORPHAN + client.DELETE_SECONDS + client.READ_SECONDS,
        "submit, after an orphan": ORPHAN + s3.CALL_SECONDS + client.UPLOAD_SECONDS + client.CREATE_SECONDS,
        "archive until it has the file, after an orphan": ORPHAN + 2 * client.READ_SECONDS + FILE_SECONDS,
        "archive, checking it": s3.CALL_SECONDS + CHECK_SECONDS + limits.COMPARE_WALL_SECONDS,
        "archive, storing it": blobs.WAIT_SECONDS + s3.CALL_SECONDS,
    },
    "core.purge": {"a run, and its last batch": 2 * retention.RUN_SECONDS},
    states.STRAY_JOB: {"look": client.READ_SECONDS},
}


def kinds_asked_for() -> dict[str, set[Path]]:
    """The first argument of every `ring(…)` in the apps, as the constant or text it is."""
    asked: dict[str, set[Path]] = {}
    for path in modules(*APPS):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("jobs.ring", "ring"):
                asked.setdefault(ast.unparse(node.args[0]), set()).add(path.relative_to(ROOT))
    return asked


def test_every_kind_that_is_asked_for_is_declared_by_an_actor():
    asked = kinds_asked_for()
    assert {"REQUEST_JOB", "STRAY_JOB"} <= set(asked)
    for word, places in asked.items():
        if word == "job.kind":  # revive: of a row there is
            continue
        kind = getattr(states, word, None) or ast.literal_eval(word)
        assert kind in doorbell.KINDS, f"{sorted(map(str, places))} ask for {kind}, which no actor declares"


def test_every_declared_kind_is_asked_for_and_has_its_limits_here():
    asked = {getattr(states, word, word.strip("'")) for word in kinds_asked_for()}
    assert set(doorbell.KINDS) <= asked
    assert set(doorbell.KINDS) == set(STEPS)


@pytest.mark.parametrize("kind", STEPS)
def test_a_lease_outlasts_the_longest_step(kind):
    longest = max(STEPS[kind].values())
    assert doorbell.KINDS[kind].lease >= longest + MARGIN, f"{kind}: {STEPS[kind]}"


def test_a_messages_limit_leaves_room_for_a_whole_archive_begun_as_late_as_may_be():
    """An archive leases anew twice; Dramatiq's limit is for all that one message leads to."""
    request = doorbell.KINDS[states.REQUEST_JOB]
    archiving = sum(limit for step, limit in STEPS[states.REQUEST_JOB].items() if step.startswith("archive"))
    begun = request.lease * work.ANOTHER_STEP_SHARE
    assert (begun + archiving) * 1000 <= request.by_bell.options["time_limit"]


@pytest.mark.parametrize("kind", STEPS)
def test_doorbells_and_the_clock_have_lanes_of_their_own(kind):
    declared, turn = doorbell.KINDS[kind], dramatiq.get_broker().get_actor(doorbell.TURN)
    assert turn.queue_name == "clock" != declared.by_bell.queue_name
    for actor in (declared.by_bell, turn):
        assert actor.options["time_limit"] >= declared.lease * 1000
        assert "max_retries" not in actor.options


def test_a_turns_limits_leave_room_for_the_longest_job_and_a_minutes_delay():
    turn = dramatiq.get_broker().get_actor(doorbell.TURN)
    longest = max(kind.by_bell.options["time_limit"] for kind in doorbell.KINDS.values())
    own = (work.TURN_SECONDS + work.SLOT_SECONDS_MAX) * 1000
    assert longest + own <= turn.options["time_limit"] < liveness.STUCK_SECONDS * 1000
    assert turn.options["max_age"] > doorbell.DELAY_MAX * 1000


def test_dramatiq_repeats_nothing():
    assert "Retries" not in {type(each).__name__ for each in dramatiq.get_broker().middleware}


def test_an_undeclared_kind_fails_where_it_is_asked_for():
    with pytest.raises(LookupError, match=r"signing\.coffee"):
        doorbell.kind("signing.coffee")


CALLS = ("setu.", "setu_provider.", "blob_", "verify.pdf_", "binding.pdf_", "jobs.renew")


def test_the_calls_of_each_step_are_the_ones_counted_above():
    """A new call to Setu, to the storage or of a parser in a service needs its limit in STEPS."""
    calls = {
        module.__name__.rsplit(".", 1)[1]: {
            ast.unparse(node.func)
            for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text()))
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(CALLS)
        }
        for module in (archive, cancel, look, strays, submit, superseded)
    }
    assert calls == {
        "archive": {
            "setu.download_link",
            "setu.signature",
            "setu_provider.signed_bytes",
            "jobs.renew",
            "verify.pdf_verify",
            "blob_read",
            "binding.pdf_bind",
            "blob_store",
        },
        "cancel": {"setu.signature", "setu.delete"},
        "look": {"setu.signature"},
        "strays": {"setu.signature"},
        "submit": {"blob_read", "setu.upload", "setu.create", "setu.signature"},
        "superseded": {"setu.signature", "setu.delete"},
    }
