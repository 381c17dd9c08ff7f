"""Whoever can write into Redis sends the workers messages of their own: only what is due is worked."""

import contextlib
import random

import dramatiq
import pytest
from dramatiq.errors import DecodeError

from core import doorbell, work
from core.models import Job
from signing.models import SignatureRequest, Signer
from signing.states import REQUEST_JOB, STRAY_JOB

FORGED = 1000
SEED = 20_261_124


def rows():
    """Every column of what a request is, and what is known of its work."""
    tables = (SignatureRequest, Signer, Job)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_a_thousand_forged_messages_work_nothing_that_is_not_due(ask, run_due, asha):
    story = ask(asha)
    run_due()
    before, calls = rows(), dict(story.world.calls)
    ids = [*Job.objects.values_list("id", flat=True), 0, -1, 2**31, 2**62]
    dice = random.Random(SEED)  # noqa: S311  # repeatable
    for _ in range(FORGED):
        kind, job = dice.choice([REQUEST_JOB, STRAY_JOB]), dice.choice([*ids, dice.randrange(2**40)])
        dice.choice([work.run_job, lambda *_: work.run_turn()])(kind, job)
    assert rows() == before
    assert dict(story.world.calls) == calls
    assert story.status == "sign_initiated"


@pytest.mark.parametrize("argument", ["1; DROP TABLE core_job", None, {"job_id": 1}, [1], 1.5, "x" * 10_000])
def test_an_argument_that_is_no_id_changes_nothing(argument, ask, run_due, asha):
    story = ask(asha)
    run_due()
    before = rows()
    with contextlib.suppress(TypeError, ValueError):
        doorbell.kind(REQUEST_JOB).by_bell.fn(argument)
    assert rows() == before
    assert story.status == "sign_initiated"


def test_messages_are_json_and_nothing_in_them_is_run(broker):
    """No pickles: a message that is not JSON is refused before anything is made of it."""
    assert isinstance(dramatiq.get_encoder(), dramatiq.JSONEncoder)
    with pytest.raises(DecodeError):
        dramatiq.Message.decode(b"\x80\x04\x95cposix\nsystem\n")
