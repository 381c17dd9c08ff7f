"""Setu's bad days at the look: unknown words, no answer, another account. Requests that are gone: test_look_gone.py."""

import httpx
import pytest

from core.models import Job
from signing import setu_provider
from signing.models import Signer
from tests.signing.builders import (
    Between,
    due_in,
    errors_logged,
    job_of,
    owed,
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
