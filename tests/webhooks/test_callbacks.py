"""Setu's callbacks at the door: what is kept, what is refused, and that nothing of it is believed."""

import hashlib
import json

import pytest

from core.models import Job
from signing.models import Stray
from tests.builders import reloaded
from tests.samples import setu_sample
from tests.webhooks.notices import CALLBACK, notice, post
from webhooks.models import InboundDelivery
from webhooks.services import CLAIMED_SIGNERS_MAX


@pytest.mark.parametrize("path", [CALLBACK, f"{CALLBACK}/"])
def test_a_callback_is_kept_and_its_request_rung_with_and_without_a_slash(client, open_request, path):
    body = notice()
    assert post(client, body, path).status_code == 200
    delivery = InboundDelivery.objects.get()
    assert delivery.request == open_request
    assert delivery.digest == hashlib.sha256(body).hexdigest()
    assert (delivery.setu_id, delivery.setu_document_id, delivery.claimed_status) == (
        "setu-1",
        "doc-1",
        "sign_pending",
    )
    assert delivery.claimed_signers == {"setu-1-1": ["signed", ""]}
    assert Job.objects.get(subject=open_request.id).cause == "callback"


def test_the_documented_sample_is_understood(client, db):
    assert post(client, setu_sample("notice")).status_code == 200
    assert InboundDelivery.objects.count() == 1


def test_nothing_of_a_persons_data_is_kept(client, open_request):
    details = {"aadhaarName": "Asha Rao", "aadhaarSuffix": "1234", "birthYear": "1990"}
    signer = {
        "id": "setu-1-1",
        "identifier": "x",
        "displayName": "Asha Rao",
        "status": "signed",
        "signatureDetails": details,
    }
    post(client, notice(signers=[signer]))
    kept = json.dumps(list(InboundDelivery.objects.values()), default=str)
    assert "Asha" not in kept
    assert "1990" not in kept


def test_a_callback_changes_no_state(client, open_request):
    before = {
        name: value
        for name, value in reloaded(open_request).__dict__.items()
        if name not in ("_state", "hint")
    }
    post(client, notice(status="sign_complete"))
    after = {
        name: value
        for name, value in reloaded(open_request).__dict__.items()
        if name not in ("_state", "hint")
    }
    assert after == before


def test_the_same_bytes_again_are_answered_and_change_nothing(client, open_request):
    post(client, notice())
    wanted = Job.objects.get().wanted
    assert post(client, notice()).status_code == 200
    assert (InboundDelivery.objects.count(), Job.objects.get().wanted) == (1, wanted)


def test_an_unknown_id_is_kept_unmatched_and_looked_up_by_a_job(client, db):
    assert post(client, notice("nobody-knows")).status_code == 200
    assert InboundDelivery.objects.get().request is None
    assert Job.objects.get().subject == Stray.objects.get().id


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b'"text"',
        b"{}",
        b'{"data": null}',
        b'{"data": {"esign": []}}',
        b'{"data": {"esign": {"id": 7}}}',
        b'{"data": {"esign": {"id": ""}}}',
        b'{"data": {"esign": {"id": "a\\u0000b"}}}',
        b'{"data": {"esign": {"id": "' + b"x" * 201 + b'"}}}',
        b"\xff\xfe",
        b"[" * 5000,
    ],
)
def test_what_names_no_request_is_a_400_without_a_row(client, db, body):
    answer = post(client, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert not InboundDelivery.objects.exists()


@pytest.mark.parametrize(
    "path", ["/webhooks/setu/guess", "/webhooks/setu/guess/", "/webhooks/setu/", "/webhooks/setu"]
)
def test_a_wrong_token_is_a_404_without_a_statement(client, db, django_assert_num_queries, path):
    with django_assert_num_queries(0):
        assert post(client, notice(), path).status_code == 404


def test_each_of_several_tokens_works(client, db, settings):
    settings.SETU_CALLBACK_TOKENS = ["old-token", "new-token"]
    for token in settings.SETU_CALLBACK_TOKENS:
        assert post(client, notice(f"id-{token}"), f"/webhooks/setu/{token}").status_code == 200
    assert InboundDelivery.objects.values("token_fingerprint").distinct().count() == 2


def test_too_large_a_body_is_refused(client, db):
    answer = post(client, notice(padding="x" * 300_000))
    assert answer.status_code == 413
    assert not InboundDelivery.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_other_methods_are_a_405(client, db, method):
    assert getattr(client, method)(CALLBACK).status_code == 405


def test_odd_claims_are_tolerated(client, open_request):
    body = notice(
        status=None,
        documentId=["list"],
        signers=[None, 7, {"id": "x"}, {"id": "setu-1-1", "status": "signed"}],
    )
    assert post(client, body).status_code == 200


def test_the_number_of_claims_kept_is_bounded(client, open_request):
    signers = [
        {"id": f"s{n}", "identifier": "x", "displayName": "x", "status": "signed", "errCode": ""}
        for n in range(300)
    ]
    post(client, notice(signers=signers))
    assert len(InboundDelivery.objects.get().claimed_signers) == CLAIMED_SIGNERS_MAX


def test_intake_costs_a_handful_of_statements(client, open_request, django_assert_max_num_queries):
    post(client, notice(status="sign_initiated"))  # makes the request's job
    with django_assert_max_num_queries(7):  # two of them are the transaction's own
        post(client, notice())
