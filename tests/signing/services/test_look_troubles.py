"""Setu's bad days at the look: unknown words, no answer, requests that are gone."""

import httpx
import pytest

from core.models import Job
from signing import setu_provider
from signing.models import SignatureRequest, Signer
from signing.services.look import GONE_MANY
from tests.builders import make_request
from tests.signing.builders import (
    Between,
    due_in,
    errors_logged,
    events,
    job_of,
    owed,
    ten_minutes_pass_since_gone,
)


def answering(it, change) -> None:
    """Setu's answers to a look, changed on the way."""

    def then(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method != "GET" or response.status_code != 200:
            return response
        return httpx.Response(200, json=change(response.json()))

    setu_provider.plug(Between(it.world, then))


def test_an_unknown_status_is_kept_logged_and_changes_no_state(opened, asha, caplog):
    it = opened(asha)
    it.world.fault("unknown_status", endpoint="get")
    request = it.go_on()
    assert (request.setu_status, request.status, request.stage) == (
        "sign_suspended",
        "sign_initiated",
        "submitted",
    )
    assert "setu.unknown_status" in errors_logged(caplog)
    assert it.go_on().setu_status == "sign_initiated"


@pytest.mark.parametrize(("field", "longest"), [("status", 40), ("errCode", 60)])
def test_words_longer_than_our_columns_are_clipped(opened, asha, field, longest):
    """PostgreSQL refuses what does not fit, and the look would fail for ever."""
    it = opened(asha)
    answering(it, lambda body: body | {"signers": [body["signers"][0] | {field: "w" * 300}]})
    it.go_on()
    signer = Signer.objects.get(request=it.request_id)
    assert max(len(signer.setu_status), len(signer.err_code)) == longest


def test_a_long_unknown_status_is_clipped(opened, asha, caplog):
    it = opened(asha)
    answering(it, lambda body: body | {"status": "s" * 300})
    assert it.go_on().setu_status == "s" * 40


def test_an_unknown_error_code_is_kept_as_it_is(opened, asha):
    it = opened(asha)
    it.world.fail(it.setu_id, it.setu_signers[0], "moon_in_the_wrong_phase")
    it.go_on()
    signer = Signer.objects.get(request=it.request_id)
    assert (signer.err_code, signer.status) == ("moon_in_the_wrong_phase", "pending")


def test_a_signer_whom_an_answer_lacks_keeps_their_state(opened, asha, ravi):
    it = opened(asha, ravi)
    it.sign(0)
    it.go_on()
    answering(it, lambda body: body | {"signers": body["signers"][1:]})
    it.go_on()
    assert Signer.objects.get(user=asha).status == "signed"
    assert it.request.status == "sign_pending"


def test_an_answer_that_goes_back_does_not_take_a_signature_away(opened, asha, ravi):
    it = opened(asha, ravi)
    it.sign(0)
    it.go_on()
    answering(
        it,
        lambda body: (
            body
            | {
                "status": "sign_initiated",
                "signers": [s | {"status": "pending", "errCode": "otp_expired"} for s in body["signers"]],
            }
        ),
    )
    it.go_on()
    signer = Signer.objects.get(user=asha)
    assert (signer.status, signer.err_code) == ("signed", "")
    assert it.request.status == "sign_pending"


@pytest.mark.parametrize("status", [500, 503, 429, 401, 403])
def test_no_answer_changes_nothing_and_is_tried_again(opened, asha, status, settings):
    it = opened(asha)
    before = it.go_on()
    it.world.fault("status", endpoint="get", status=status)
    request = it.go_on()
    assert (request.status, request.setu_status, request.confirmed_at) == (
        before.status,
        before.setu_status,
        before.confirmed_at,
    )
    job = job_of(request)
    assert (job.failures, job.crashes) == (1, 0)
    assert str(status) in job.last_error
    assert settings.SETU_CLIENT_SECRET not in job.last_error
    assert 1 < due_in(request) < 3
    it.go_on()
    assert (job_of(request).failures, job_of(request).last_error) == (0, "")


def test_setu_may_ask_for_a_longer_wait(opened, asha):
    it = opened(asha)
    it.world.fault("status", endpoint="get", status=429, retry_after=120)
    assert 110 < due_in(it.go_on()) <= 120


def test_one_404_is_not_believed_and_is_asked_again_after_ten_minutes(opened, asha):
    it = opened(asha)
    it.world.delete(it.setu_id)
    request = it.go_on()
    assert (request.stage, request.gone_at is None) == ("submitted", False)
    assert 590 < due_in(request) <= 600
    request = it.go_on()  # somebody rings within the ten minutes
    assert request.stage == "submitted"
    assert due_in(request) <= 600


def test_two_404s_ten_minutes_apart_end_the_request(opened, asha):
    it = opened(asha)
    it.world.delete(it.setu_id)
    ten_minutes_pass_since_gone(it.go_on())
    request = it.go_on()
    assert (request.status, request.ending_reason) == ("failed", "withdrawn_at_setu")
    assert request.ended_at is not None
    assert job_of(request).due_at is None
    assert events(request)[-1] == "request.failed"


def test_a_good_answer_in_between_starts_the_count_again(opened, asha):
    it = opened(asha)
    it.world.fault("status", endpoint="get", status=404)
    ten_minutes_pass_since_gone(it.go_on())
    assert it.go_on().gone_at is None
    it.world.fault("status", endpoint="get", status=404)
    assert it.go_on().stage == "submitted"


def test_a_gateways_404_is_no_word_of_setus(opened, asha):
    it = opened(asha)
    it.world.fault("status", endpoint="get", status=404, html=True)
    assert it.go_on().gone_at is None


def test_many_gone_at_once_fail_nobody_and_alert(opened, manager, asha, caplog, run_due):
    it = opened(asha)
    others = [make_request(by=manager, signers=[asha], setu_id=f"gone-{n}") for n in range(GONE_MANY)]
    it.world.delete(it.setu_id)
    ten_minutes_pass_since_gone(it.go_on())
    SignatureRequest.objects.filter(id__in=[other.id for other in others]).update(gone_at=it.request.gone_at)
    request = it.go_on()
    assert request.stage == "submitted"
    assert "setu.many_requests_gone" in errors_logged(caplog)
    assert 590 < due_in(request) <= 600

    SignatureRequest.objects.filter(id=others[0].id).update(gone_at=None)
    assert it.go_on().status == "failed"


def test_those_that_have_ended_are_not_counted_among_the_gone(opened, manager, asha):
    it = opened(asha)
    for n in range(GONE_MANY + 1):
        make_request(
            by=manager,
            signers=[asha],
            setu_id=f"gone-{n}",
            stage="ended",
            ending="failed",
            gone_at=it.request.created_at,
        )
    it.world.delete(it.setu_id)
    ten_minutes_pass_since_gone(it.go_on())
    assert it.go_on().status == "failed"


def test_another_setu_account_pauses_the_request_and_says_so(opened, asha, settings):
    it = opened(asha)
    calls = it.world.calls
    mine = settings.SETU_PRODUCT_INSTANCE_ID
    settings.SETU_PRODUCT_INSTANCE_ID = "another"
    request = it.go_on()
    assert it.world.calls == calls
    assert request.stage == "submitted"
    assert "another Setu account" in job_of(request).last_error
    assert 3500 < due_in(request) <= 3600

    settings.SETU_PRODUCT_INSTANCE_ID = mine
    owed(request)
    it.sign(0)
    it.run_due()
    assert it.request.status == "sign_complete"
    assert Job.objects.get().last_error == ""
