"""What one look brings home. Setu's bad days at the look are in test_look_troubles.py."""

import pytest

from core import jobs
from core.models import Event, EventPayload
from signing.models import Signer, SignerLink
from signing.services.look import request_look
from signing.services.schedule import BUCKET_SIZE
from signing.setu_provider import setu_client
from signing.states import REQUEST_JOB
from tests.builders import reloaded
from tests.signing.builders import claimed, due_in, errors_logged, events, job_of, named, owed


def signers(opened):
    return [
        (s.setu_status, s.err_code) for s in Signer.objects.filter(request=opened.request_id).order_by("no")
    ]


def ring(opened, cause="check"):
    jobs.ring(REQUEST_JOB, subject=opened.request_id, cause=cause)


def test_a_signature_is_seen_by_asking_setu(opened, asha, ravi):
    it = opened(asha, ravi)
    it.sign(1)
    request = it.go_on()
    assert signers(it) == [("pending", ""), ("signed", "")]
    assert (request.status, request.setu_status, request.stage) == (
        "sign_pending",
        "sign_pending",
        "submitted",
    )
    first, second = Signer.objects.filter(request=request).order_by("no")
    assert first.signed_at is None
    assert second.signed_at is not None


def test_the_time_of_the_signature_is_that_of_the_first_sight(opened, asha, ravi):
    it = opened(asha, ravi)
    it.sign(0)
    it.go_on()
    seen_at = Signer.objects.get(user=asha).signed_at
    it.sign(1)
    it.go_on()
    assert Signer.objects.get(user=asha).signed_at == seen_at


def test_an_open_session_is_in_progress_and_activity(opened, asha, ravi):
    it = opened(asha, ravi)
    it.world.open(it.setu_id, it.setu_signers[0])
    request = it.go_on()
    assert request.status == "sign_in_progress"
    assert signers(it) == [("in_progress", ""), ("pending", "")]
    assert request.activity_at == request.confirmed_at
    assert 25 < due_in(request) <= 36


def test_a_failed_attempt_keeps_its_code_until_the_next_attempt(opened, asha):
    it = opened(asha)
    it.world.fail(it.setu_id, it.setu_signers[0], "otp_expired")
    assert it.go_on().status == "sign_initiated"
    assert signers(it) == [("pending", "otp_expired")]
    it.sign(0)
    assert it.go_on().status == "sign_complete"
    assert signers(it) == [("signed", "")]


def test_a_decline_is_an_observation_and_ends_nothing(opened, asha, ravi):
    it = opened(asha, ravi)
    it.world.decline(it.setu_id, it.setu_signers[0])
    request = it.go_on()
    assert (request.stage, request.status) == ("submitted", "sign_initiated")
    assert Signer.objects.get(user=asha).status == "declined"
    it.sign(0)
    it.go_on()
    assert Signer.objects.get(user=asha).status == "signed"


def test_completion_leads_to_the_archive_at_once(opened, asha):
    it = opened(asha)
    it.sign(0)
    request = it.request
    request_look(
        claim=claimed(request),
        request=request,
        submission=request.submissions.get(),
        setu=setu_client(),
    )
    request = reloaded(request)
    assert (request.stage, request.status, request.setu_status) == (
        "archiving",
        "sign_pending",
        "sign_complete",
    )
    assert due_in(request) <= 0


def test_it_says_when_and_why_the_state_was_last_confirmed(opened, asha):
    it = opened(asha)
    ring(it, cause="return")
    request = it.go_on()
    assert request.confirmed_by == "return"
    first = request.confirmed_at
    request = it.go_on()
    assert request.confirmed_by == "clock"
    assert request.confirmed_at > first


def test_only_a_change_is_an_event(opened, asha):
    it = opened(asha)
    it.go_on()
    before = events(it.request)
    it.go_on()
    assert events(it.request) == before
    it.world.open(it.setu_id, it.setu_signers[0])
    it.go_on()
    assert events(it.request) == [*before, "look.changed"]
    event = Event.objects.filter(chain=it.request_id).latest("seq")
    (signer,) = Signer.objects.filter(request=it.request_id)
    assert EventPayload.objects.get(event=event).data["signers"] == {str(signer.id): ["in_progress", ""]}


def test_the_first_look_at_an_untouched_request_is_not_activity(opened, asha):
    """Else each new request would be polled every 30 seconds for a quarter of an hour."""
    it = opened(asha)
    request = it.go_on()
    assert request.setu_status == "sign_initiated"
    assert request.activity_at is None
    assert 550 < due_in(request) <= 720


def test_a_new_request_is_looked_at_first_after_the_warm_interval(opened, asha):
    it = opened(asha)
    assert it.world.calls["get"] == 0
    assert 550 < due_in(it.request) <= 720


def test_without_the_scheduler_nothing_is_planned_and_a_ring_still_looks(opened, settings, asha, run_due):
    settings.ENABLE_SCHEDULER = False
    it = opened(asha)
    assert job_of(it.request).due_at is None
    ring(it)
    run_due()
    assert it.request.confirmed_by == "check"
    assert job_of(it.request).due_at is None


def test_an_exhausted_bucket_delays_the_ring_and_asks_nothing(opened, asha, run_due):
    it = opened(asha)
    for _ in range(BUCKET_SIZE):
        ring(it)
        run_due()
    assert it.world.calls["get"] == BUCKET_SIZE
    ring(it)
    run_due()
    assert it.world.calls["get"] == BUCKET_SIZE
    assert 5 < due_in(it.request) <= 10


def test_a_claim_that_is_not_true_is_followed_up_after_a_second(opened, asha, run_due):
    it = opened(asha)
    named(it.setu_id, hint={"status": "sign_complete", "signers": {}})
    run_due()
    request = it.request
    assert (request.status, request.hint["tries"]) == ("sign_initiated", 1)
    assert 0 < due_in(request) <= 1
    waits = []
    for _ in range(4):
        it.go_on()
        waits.append(due_in(it.request))
    assert [round(wait) for wait in waits[:3]] == [3, 10, 30]
    assert waits[3] > 500
    assert it.request.hint == {}


def test_the_end_of_a_request_forgets_the_hint(opened, asha, run_due):
    it = opened(asha)
    named(it.setu_id, hint={"status": "", "signers": {"x": ["signed", ""]}})
    it.sign(0)
    run_due()
    assert (it.request.status, it.request.hint) == ("sign_complete", {})


def test_r11_a_stale_claim_writes_nothing(opened, asha, ravi):
    it = opened(asha, ravi)
    request, stale = it.request, claimed(it.request, cause="callback")
    newer = claimed(it.request)
    it.sign(0)
    before = (reloaded(request).__dict__ | {"_state": None}, signers(it), events(request))
    with pytest.raises(jobs.LeaseLost):
        request_look(claim=stale, request=request, submission=request.submissions.get(), setu=setu_client())
    assert (reloaded(request).__dict__ | {"_state": None}, signers(it), events(request)) == before
    assert job_of(request).fence == newer.fence


@pytest.mark.parametrize("fault", ["reordered", "extra_keys"])
def test_setu_may_reorder_signers_and_add_keys(opened, asha, ravi, fault, caplog):
    it = opened(asha, ravi)
    it.sign(1)
    it.world.fault(fault, endpoint="get")
    request = it.go_on()
    assert request.status == "sign_pending"
    assert signers(it) == [("pending", ""), ("signed", "")]
    assert errors_logged(caplog) == []


def test_signers_are_known_by_setus_ids_and_an_unknown_one_is_left_out(opened, asha, ravi):
    it = opened(asha, ravi)
    SignerLink.objects.filter(signer__user=ravi).update(setu_signer_id="of-another-time")
    it.sign(0)
    it.sign(1)
    owed(it.request)
    request = it.request
    request_look(
        claim=claimed(request), request=request, submission=request.submissions.get(), setu=setu_client()
    )
    assert signers(it) == [("signed", ""), ("pending", "")]
