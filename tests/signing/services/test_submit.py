"""Taking a request to Setu when Setu answers. Crashes and lost answers are in test_submit_crashes.py."""

import json
from datetime import date

import httpx
import pytest

from core import jobs
from signing import setu_provider
from signing.models import Signer, SignerLink
from signing.services.submit import request_submit
from signing.setu_provider import account_fingerprint, setu_client
from tests.builders import make_employee, reloaded
from tests.signing.builders import (
    Between,
    ask,
    claimed,
    due_in,
    errors_logged,
    events,
    is_create,
    job_of,
    submissions,
    work,
)


@pytest.fixture
def sent(world):
    """The bodies of the creates that reach Setu."""
    bodies = []

    def then(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if is_create(request):
            bodies.append(json.loads(request.content))
        return response

    setu_provider.plug(Between(world, then))
    return bodies


def answering_create(world, change) -> None:
    """Setu's answer to each create, changed on the way."""

    def then(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        return httpx.Response(201, json=change(response.json())) if is_create(request) else response

    setu_provider.plug(Between(world, then))


def test_a_request_is_uploaded_and_created_once(world, manager, asha, ravi, run_due):
    request = ask(asha, ravi, by=manager)
    run_due()
    assert (world.calls["upload"], world.calls["create"], world.calls["get"]) == (1, 1, 0)
    request = reloaded(request)
    assert (request.stage, request.status) == ("submitted", "sign_initiated")
    (at_setu,) = world.requests()
    (submission,) = submissions(request)
    assert (submission.setu_id, submission.setu_document_id) == (at_setu["id"], at_setu["documentId"])
    assert (submission.no, submission.account) == (1, account_fingerprint())
    assert events(request) == ["request.created", "request.submitted"]


def test_each_signer_gets_their_own_link(world, manager, asha, ravi, run_due):
    request = ask(asha, ravi, by=manager)
    world.fault("reordered", endpoint="create")
    run_due()
    by_identifier = {signer["identifier"]: signer for signer in world.requests()[0]["signers"]}
    for signer in Signer.objects.filter(request=request):
        link = SignerLink.objects.get(signer=signer)
        at_setu = by_identifier[signer.id.hex]
        assert at_setu["displayName"] == signer.user.username
        assert (link.setu_signer_id, link.url) == (at_setu["id"], at_setu["url"])


def test_setu_is_told_what_it_needs_and_no_more(manager, run_due, sent, settings):
    settings.PUBLIC_URL = "https://sign.example"
    tenant = manager.tenant
    born = make_employee("asha", organization=tenant, full_name="Asha Rao", dob=date(1990, 5, 3))
    unknown = make_employee("ravi", organization=tenant)
    request = ask(born, unknown, by=manager, reason="Offer")
    run_due()
    (body,) = sent
    (submission,) = submissions(request)
    assert body["redirectUrl"] == f"https://sign.example/return/{submission.reference}/"
    assert body["reason"] == "Offer"
    first, second = body["signers"]
    assert (first["displayName"], first["birthYear"]) == ("Asha Rao", "1990")
    assert second["displayName"] == "ravi"
    assert "birthYear" not in second
    assert first["signature"] == {"onPages": ["1"], "position": "bottom-left", "height": 60, "width": 180}
    assert second["signature"]["position"] == "bottom-right"
    assert str(born.id) not in json.dumps(body)


def test_a_request_without_a_reason_sends_none(manager, asha, run_due, sent):
    ask(asha, by=manager)
    run_due()
    assert "reason" not in sent[0]


@pytest.mark.parametrize("code", ["invalid_payload", "invalid_document"])
@pytest.mark.parametrize("endpoint", ["upload", "create"])
def test_a_refusal_of_what_was_sent_fails_the_request_for_good(
    world, manager, asha, run_due, endpoint, code, caplog
):
    request = ask(asha, by=manager)
    world.fault("status", endpoint=endpoint, status=400, code=code)
    run_due()
    request = reloaded(request)
    assert (request.status, request.ending_reason) == ("failed", "refused_by_setu")
    assert job_of(request).due_at is None
    assert events(request)[-1] == "request.failed"
    assert "submit.refused" in errors_logged(caplog)
    assert world.requests() == []


@pytest.mark.parametrize("status", [429, 401, 403])
def test_a_create_that_certainly_did_nothing_is_sent_again_with_the_same_document(
    world, manager, asha, run_due, status, settings
):
    request = ask(asha, by=manager)
    world.fault("status", endpoint="create", status=status, times=3)
    run_due()
    for _ in range(2):
        work(request, run_due)
    request = reloaded(request)
    job = job_of(request)
    assert (request.status, job.failures, job.crashes) == ("queued", 3, 0)
    assert str(status) in job.last_error
    for secret in (settings.SETU_CLIENT_SECRET, settings.SETU_CLIENT_ID, settings.SETU_BASE_URL):
        assert secret not in job.last_error
    work(request, run_due)
    assert reloaded(request).status == "sign_initiated"
    assert (world.calls["upload"], len(world.requests()), len(submissions(request))) == (1, 1, 1)


def test_setu_out_of_reach_keeps_the_document_too(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    lost: list[int] = []

    class Cut(Between):
        def handle_request(self, sent: httpx.Request) -> httpx.Response:
            if is_create(sent) and not lost:
                lost.append(1)
                raise httpx.ConnectError("refused", request=sent)
            return super().handle_request(sent)

    setu_provider.plug(Cut(world, lambda _, response: response))
    run_due()
    assert job_of(request).last_error == "ConnectError"
    work(request, run_due)
    assert reloaded(request).status == "sign_initiated"
    assert (world.calls["upload"], len(submissions(request))) == (1, 1)


def test_waits_grow_with_the_failures_and_setus_own_wait_is_kept(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    world.fault("status", endpoint="upload", status=503, times=2)
    world.fault("status", endpoint="upload", status=429, retry_after=200)
    run_due()
    waits = [due_in(request)]
    for _ in range(2):
        work(request, run_due)
        waits.append(due_in(request))
    assert 1.5 < waits[0] <= 2.4
    assert 4.5 < waits[1] <= 6
    assert 195 < waits[2] <= 200


def test_an_upload_is_repeated_within_the_same_submission(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    world.fault("accept_then_hang", endpoint="upload")
    run_due()
    work(request, run_due)
    assert reloaded(request).status == "sign_initiated"
    assert (world.calls["upload"], len(submissions(request))) == (2, 1)


def test_another_account_before_the_create_takes_a_new_submission(world, manager, asha, run_due, settings):
    request = ask(asha, by=manager)
    world.fault("status", endpoint="create", status=401)
    run_due()
    (old,) = submissions(request)
    old.account = "of another account"
    old.save()
    work(request, run_due)
    old, new = submissions(request)
    assert old.orphaned_at is not None
    assert (new.account, reloaded(request).status) == (account_fingerprint(), "sign_initiated")
    assert new.setu_document_id != old.setu_document_id


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body | {"signers": [s | {"identifier": "somebody"} for s in body["signers"]]},
        lambda body: body | {"signers": body["signers"][:1]},
        lambda body: body | {"signers": [s | {"id": "the same"} for s in body["signers"]]},
    ],
    ids=["others", "one too few", "one id for two"],
)
def test_an_answer_with_other_signers_is_removed_at_setu_and_asked_again(
    world, manager, asha, ravi, run_due, change
):
    request = ask(asha, ravi, by=manager)
    answering_create(world, change)
    run_due()
    assert (reloaded(request).status, job_of(request).failures) == ("queued", 1)
    assert "other signers" in job_of(request).last_error
    answering_create(world, lambda body: body)
    work(request, run_due)
    request = reloaded(request)
    assert request.status == "sign_initiated"
    (at_setu,) = world.requests()
    old, new = submissions(request)
    assert old.deleted_at is not None
    assert (old.orphaned_at is None, new.setu_id) == (False, at_setu["id"])


def test_a_stale_holder_uploads_nothing(world, manager, asha):
    request = ask(asha, by=manager)
    stale = claimed(request)
    claimed(request)
    with pytest.raises(jobs.LeaseLost):
        request_submit(claim=stale, request=request, setu=setu_client())
    assert world.calls == {}
    assert submissions(request) == []
