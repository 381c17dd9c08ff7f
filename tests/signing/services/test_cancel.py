"""Cancelling: decided here first, carried out at Setu then, and whoever signed faster wins."""

import httpx
import pytest

from core.models import Event, Job
from signing import setu_provider
from signing.errors import AllSigned, RequestEnded
from signing.services.cancel import request_cancel
from signing.services.requests import request_check
from tests.builders import make_request, reloaded
from tests.signing.builders import Between, events, job_of, submissions


def is_delete(sent: httpx.Request) -> bool:
    return sent.url.path.endswith("/delete")


def decide(it, manager, reason: str = "") -> None:
    request_cancel(request=it.request, by=manager, reason=reason)


def test_the_decision_is_recorded_before_anything_is_done(opened, manager, asha):
    it = opened(asha)
    decide(it, manager, "The wrong contract.")
    request = it.request
    assert (request.status, request.stage, request.is_cancelling) == ("sign_initiated", "submitted", True)
    assert (request.cancel_asked_by, request.cancel_reason) == (manager, "The wrong contract.")
    asked = Event.objects.select_related("payload").get(chain=request.id, kind="request.cancel_asked")
    assert (asked.actor, asked.payload.data) == (manager.id, {}), "events name nobody"
    assert it.world.calls["delete"] == 0


def test_it_is_deleted_at_setu_and_then_ended(opened, manager, asha, ravi):
    it = opened(asha, ravi)
    it.sign(0)
    decide(it, manager)
    request = it.go_on()
    assert it.world.requests() == []
    assert (request.status, request.stage, request.is_cancelling) == ("cancelled", "ended", False)
    assert request.ended_at is not None
    assert events(request)[-3:] == ["request.cancel_asked", "look.changed", "request.cancelled"]
    assert job_of(request).due_at is None
    assert submissions(request)[0].deleted_at is not None
    assert it.world.calls["delete"] == 1


def test_after_a_decline_it_ends_as_declined(opened, manager, asha, ravi):
    it = opened(asha, ravi)
    it.world.decline(it.setu_id, it.setu_signers[0])
    decide(it, manager)
    assert it.go_on().status == "declined"
    assert events(it.request)[-1] == "request.declined"


def test_a_decline_that_only_the_last_look_shows_counts(opened, manager, asha):
    it = opened(asha)
    it.world.fault("callback_lost")
    decide(it, manager)
    it.world.decline(it.setu_id, it.setu_signers[0])
    assert it.go_on().status == "declined"


def test_whoever_has_signed_by_then_wins(opened, manager, asha):
    it = opened(asha)
    decide(it, manager, "Too late")
    it.sign(0)
    request = it.go_on()
    assert request.status == "sign_complete"
    assert (request.cancel_asked_at, request.cancel_asked_by, request.cancel_reason) == (None, None, "")
    assert "request.cancel_overruled" in events(request)
    assert it.world.calls["delete"] == 0


def test_a_look_that_was_under_way_when_it_was_decided_may_find_it_complete(opened, manager, asha):
    it = opened(asha)
    it.world.fault("callback_lost")
    it.sign(0)
    done: list[int] = []

    def then(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        if sent.method == "GET" and not done:
            done.append(1)
            decide(it, manager)
        return response

    setu_provider.plug(Between(it.world, then))
    assert it.go_on().status == "sign_complete"
    assert done
    assert "request.cancel_overruled" in events(it.request)
    assert it.world.calls["delete"] == 0


def test_the_file_is_being_fetched_and_it_is_too_late(opened, manager, asha):
    it = opened(asha)
    it.world.fault("status", endpoint="file", times=9)
    it.sign(0)
    it.go_on()
    assert it.request.stage == "archiving"
    with pytest.raises(AllSigned):
        decide(it, manager)
    assert not it.request.is_cancelling


def test_deciding_twice_is_deciding_once(opened, manager, asha, ravi):
    it = opened(asha)
    decide(it, manager, "First")
    decide(it, ravi, "Second")
    request = it.request
    assert (request.cancel_asked_by, request.cancel_reason) == (manager, "First")
    assert it.go_on().status == "cancelled"
    assert events(request).count("request.cancel_asked") == 1
    with pytest.raises(RequestEnded):
        decide(it, manager)


def test_work_that_had_been_given_up_is_taken_up_to_cancel(opened, manager, asha):
    it = opened(asha)
    Job.objects.filter(subject=it.request_id).update(dead_at="2026-01-01T00:00:00Z", crashes=6)
    decide(it, manager)
    assert it.go_on().status == "cancelled"


def test_a_quarantined_request_ends_here_and_its_file_stays_at_setu(world, manager, asha, run_due):
    request = make_request(
        by=manager, signers=[asha], stage="quarantined", ending_reason="signatures_missing", setu_id="kept"
    )
    request_cancel(request=request, by=manager)
    request_check(request=request, by=manager)
    assert reloaded(request).stage == "quarantined", "a check does not undo the decision"
    run_due()
    ended = reloaded(request)
    assert (ended.status, ended.ending_reason) == ("cancelled", "signatures_missing")
    assert world.calls == {}
