"""Cancelling what Setu has not, does not say, or will not let go: nothing is left there, and nothing ends twice."""

import httpx
import pytest

from core import jobs
from core.models import Job
from signing import setu_provider
from signing.models import Submission
from signing.services.cancel import cancel_at_setu, request_cancel
from signing.services.requests import request_check
from signing.setu_provider import account_fingerprint, setu_client
from tests.builders import reloaded
from tests.signing.builders import (
    Between,
    ask,
    claimed,
    due_in,
    events,
    job_of,
    named,
    owed,
    submissions,
)
from tests.standin.transport import Transport


def is_delete(sent: httpx.Request) -> bool:
    return sent.url.path.endswith("/delete")


def decide(it, manager, reason: str = "") -> None:
    request_cancel(request=it.request, by=manager, reason=reason)


def carry_out(it, *, claim: jobs.Claim) -> None:
    submission = submissions(it.request)[0]
    cancel_at_setu(claim=claim, request=it.request, submission=submission, setu=setu_client())


def test_what_was_never_sent_ends_without_a_word_to_setu(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    request_cancel(request=request, by=manager)
    run_due()
    assert reloaded(request).status == "cancelled"
    assert world.calls == {}
    assert (submissions(request), job_of(request).due_at) == ([], None)


def test_what_setu_did_not_take_yet_ends_at_once_while_setu_is_down(world, manager, asha, run_due):
    world.fault("status", endpoint="upload", times=100, status=503)
    request = ask(asha, by=manager)
    run_due()
    request_cancel(request=request, by=manager)
    run_due()
    assert reloaded(request).status == "cancelled"
    assert world.calls["upload"] == 1


def test_what_waits_for_setu_ends_at_once_all_the_same(world, manager, asha, run_due):
    """A check while Setu is being spared lets the job rest; the decision needs no word from Setu."""
    world.fault("status", endpoint="upload", times=100, status=429, retry_after=600)
    request = ask(asha, by=manager)
    run_due()
    request_check(request=request, by=manager)
    run_due()
    assert due_in(request) > 500
    request_cancel(request=request, by=manager)
    run_due()
    assert reloaded(request).status == "cancelled"
    assert world.calls["upload"] == 1


def test_a_decision_during_the_upload_stops_the_create(world, manager, asha, run_due):
    request = ask(asha, by=manager)

    def then(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        if sent.url.path == "/api/documents":
            request_cancel(request=request, by=manager)
        return response

    setu_provider.plug(Between(world, then))
    run_due()
    assert reloaded(request).status == "cancelled"
    assert (world.calls["create"], world.requests()) == (0, [])


def test_a_decision_during_the_create_is_carried_out_afterwards(world, manager, asha, run_due):
    request = ask(asha, by=manager)

    def then(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        if sent.method == "POST" and sent.url.path == "/api/signature":
            request_cancel(request=request, by=manager)
        return response

    setu_provider.plug(Between(world, then))
    run_due()
    assert reloaded(request).status == "cancelled"
    assert (world.calls["create"], world.requests()) == (1, [])


def test_a_create_without_an_answer_is_given_up_and_removed_when_it_turns_up(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    request_cancel(request=request, by=manager)
    run_due()
    assert reloaded(request).status == "cancelled"
    (left,) = submissions(request)
    assert (left.orphaned_at is None, left.deleted_at) == (False, None)
    named(world.requests()[0]["id"])
    run_due()
    assert world.requests() == []
    assert submissions(request)[0].deleted_at is not None
    assert (reloaded(request).status, job_of(request).due_at) == ("cancelled", None)


def test_a_create_without_an_answer_that_was_named_before_is_looked_at_and_deleted(
    world, manager, asha, run_due
):
    request = ask(asha, by=manager)
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    Submission.objects.filter(request=request).update(setu_id=world.requests()[0]["id"])
    request_cancel(request=request, by=manager)
    owed(request)
    run_due()
    assert reloaded(request).status == "cancelled"
    assert world.requests() == []


@pytest.mark.parametrize("endpoint", ["get", "delete"])
def test_while_setu_is_down_it_waits_and_says_so(opened, manager, asha, as_user, endpoint):
    it = opened(asha)
    it.world.fault("status", endpoint=endpoint, status=503)
    decide(it, manager)
    request = it.go_on()
    assert (request.status, request.is_cancelling) == ("sign_initiated", True)
    told = as_user(manager).get(f"signature/{request.id}/").json()
    assert told["cancelling"] is True
    assert "tried again" in told["trouble"]
    assert 0 < due_in(request) < 5
    assert it.go_on().status == "cancelled"


def test_a_delete_that_setu_refuses_is_tried_again(opened, manager, asha):
    it = opened(asha)
    it.world.fault("status", endpoint="delete", status=400)
    decide(it, manager)
    assert it.go_on().is_cancelling
    assert "400" in job_of(it.request).last_error
    assert it.go_on().status == "cancelled"


def test_a_delete_whose_answer_got_lost_is_done(opened, manager, asha):
    it = opened(asha)
    it.world.fault("accept_then_hang", endpoint="delete")
    decide(it, manager)
    assert it.go_on().is_cancelling
    assert it.world.requests() == []
    assert it.go_on().status == "cancelled"


def test_a_process_that_dies_between_the_delete_and_its_record_is_followed_by_another(opened, manager, asha):
    it = opened(asha)

    class Died(BaseException):
        pass

    def then(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        if is_delete(sent):
            raise Died
        return response

    setu_provider.plug(Between(it.world, then))
    decide(it, manager)
    with pytest.raises(Died):
        carry_out(it, claim=claimed(it.request))
    assert it.world.requests() == []
    assert it.request.is_cancelling
    setu_provider.plug(Transport(it.world))
    Job.objects.update(leased_until=None)
    request = it.go_on()
    assert request.status == "cancelled"
    assert events(request).count("request.cancelled") == 1


def test_who_lost_the_lease_ends_nothing(opened, manager, asha):
    it = opened(asha)
    decide(it, manager)
    claim = claimed(it.request)
    taken: list[jobs.Claim] = []

    def then(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        if is_delete(sent):
            taken.append(claimed(it.request))
        return response

    setu_provider.plug(Between(it.world, then))
    with pytest.raises(jobs.LeaseLost):
        carry_out(it, claim=claim)
    assert taken
    assert it.request.is_cancelling
    assert "request.cancelled" not in events(it.request)
    setu_provider.plug(Transport(it.world))
    Job.objects.update(leased_until=None)
    assert it.go_on().status == "cancelled"


def test_r15_who_sleeps_through_its_lease_after_the_look_deletes_nothing(opened, manager, asha):
    """Setu did not find the request for a moment; another worker has seen it complete meanwhile."""
    it = opened(asha)
    decide(it, manager)
    claim, slept = claimed(it.request), iter([True])

    def sleep_once(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        if sent.method == "GET" and next(slept, False):
            it.sign(0)
            claimed(it.request)
        return response

    it.world.fault("status", endpoint="get", status=404)
    setu_provider.plug(Between(it.world, sleep_once))
    with pytest.raises(jobs.LeaseLost):
        carry_out(it, claim=claim)
    Job.objects.update(leased_until=None)
    assert it.go_on().status == "sign_complete"


def test_another_setu_account_is_not_asked_to_delete(opened, manager, asha):
    it = opened(asha)
    Submission.objects.filter(request=it.request_id).update(account="of another account")
    decide(it, manager)
    request = it.go_on()
    assert request.is_cancelling
    assert "another Setu account" in job_of(request).last_error
    Submission.objects.filter(request=it.request_id).update(account=account_fingerprint())
    assert it.go_on().status == "cancelled"
