"""Requests that stopped, as their creates led to nothing: what turns up of them at Setu still counts."""

import itertools

import httpx
import pytest

from core.clock import after
from core.models import Job
from signing import setu_provider
from signing.services.cancel import request_cancel
from signing.services.orphans import ORPHAN_FAILED_SECONDS, ORPHAN_SECONDS
from signing.services.stalled import CREATES_MAX, STALLED
from tests.builders import reloaded
from tests.signing.builders import (
    Between,
    ask,
    due_in,
    events,
    job_of,
    named,
    sign,
    ten_minutes_pass,
    there,
    work,
)


@pytest.fixture
def stalled(deaf, world, manager, asha, run_due):
    """A request whose creates led to nothing, and their ids at Setu."""
    request = ask(asha, by=manager)
    work(request, run_due, times=20)
    assert job_of(request).dead_at is not None
    return request, there(world)


def test_what_turns_up_of_a_request_that_stalled_goes_on_if_somebody_has_signed_it(stalled, world, run_due):
    request, at_setu = stalled
    sign(world, at_setu[2], 0)
    named(at_setu[2])
    run_due()
    assert (reloaded(request).status, job_of(request).dead_at) == ("sign_complete", None)
    assert world.calls["create"] == 2 * CREATES_MAX


def test_what_turns_up_unsigned_is_removed_and_the_request_waits_for_a_person_again(
    stalled, world, run_due, manager, as_user
):
    request, at_setu = stalled
    creates = world.calls["create"]
    named(at_setu[2])
    work(request, run_due, times=3)
    assert (len(there(world)), world.calls["create"]) == (CREATES_MAX - 1, creates)
    assert job_of(request).dead_at is not None
    assert events(request)[-2:] == ["request.resumed", "request.stalled"]
    as_user(manager).post(f"signature/{request.id}/check/")
    work(request, run_due, times=20)
    assert len(there(world)) == 2 * CREATES_MAX - 1, "a person's word is good for as many again"


def test_one_in_use_of_a_request_that_stalled_is_seen_signed_though_its_callback_is_lost(
    stalled, world, run_due, manager, as_user, trouble
):
    request, at_setu = stalled
    creates = world.calls["create"]
    signer = next(each["signers"][0]["id"] for each in world.requests() if each["id"] == at_setu[2])
    world.open(at_setu[2], signer)
    named(at_setu[2])
    work(request, run_due, times=3)
    assert 0 < due_in(request) <= ORPHAN_SECONDS
    assert "looked at until it has ended" in trouble(request)
    as_user(manager).post(f"signature/{request.id}/check/")
    run_due()
    assert (world.calls["create"], job_of(request).dead_at) == (creates, None), "whoever rings"
    sign(world, at_setu[2], 0)
    ten_minutes_pass(request)
    run_due()
    assert (reloaded(request).status, world.calls["create"]) == ("sign_complete", creates)


def test_one_bad_answer_about_what_turned_up_of_a_request_that_stalled_costs_no_signature(
    stalled, world, run_due
):
    request, at_setu = stalled
    gets = itertools.count(1)

    def fail_once(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        bad = sent.method == "GET" and next(gets) == 2  # the first is for the id that was named
        return httpx.Response(503) if bad else response

    sign(world, at_setu[2], 0)
    setu_provider.plug(Between(world, fail_once))
    named(at_setu[2])
    run_due()
    assert 0 < due_in(request) <= ORPHAN_FAILED_SECONDS
    ten_minutes_pass(request)
    run_due()
    assert reloaded(request).status == "sign_complete"


def test_what_a_person_has_started_again_is_not_told_as_what_turned_up(stalled, manager, as_user):
    request, _ = stalled
    told = as_user(manager).post(f"signature/{request.id}/check/").json()["trouble"]
    assert told == f"{STALLED}. It is tried again."


def test_a_request_that_is_dead_for_another_reason_is_not_revived_by_what_turns_up(lost, world, run_due):
    request, setu_id = lost
    Job.objects.filter(subject=request.id).update(dead_at=after(-60), last_error="ValueError")
    named(setu_id)
    run_due()
    assert job_of(request).dead_at is not None


@pytest.mark.usefixtures("deaf")
def test_a_request_that_stalled_can_be_cancelled(manager, asha, run_due):
    request = ask(asha, by=manager)
    work(request, run_due, times=20)
    assert job_of(request).dead_at is not None
    request_cancel(request=request, by=manager)
    run_due()
    assert reloaded(request).status == "cancelled"
