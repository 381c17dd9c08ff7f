"""Callbacks: what they claim goes a week after their request's end, that they came stays a year."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from core import retention
from signing.models import SignatureRequest
from signing.states import Stage, Status
from tests.builders import make_request
from tests.conftest import CALLBACK
from webhooks.models import InboundDelivery

pytestmark = pytest.mark.django_db


def delivery(digest: str, *, request: SignatureRequest | None, days: float) -> InboundDelivery:
    made = InboundDelivery.objects.create(
        digest=digest,
        token_fingerprint="f",
        setu_id="setu-1",
        setu_document_id="doc-1",
        claimed_status="sign_pending",
        claimed_signers={"signer-1": ["signed", ""]},
        size=9,
        request=request,
    )
    InboundDelivery.objects.filter(id=made.id).update(received_at=timezone.now() - timedelta(days=days))
    return made


@pytest.fixture
def request_ended(manager, asha) -> SignatureRequest:
    return make_request(by=manager, signers=[asha], stage=Stage.ENDED, ending=Status.SIGN_COMPLETE)


def ended_days_ago(request: SignatureRequest, days: float) -> None:
    SignatureRequest.objects.filter(id=request.id).update(ended_at=timezone.now() - timedelta(days=days))


@pytest.mark.parametrize(("days", "blank"), [(6.9, False), (7.1, True)])
def test_claims_and_ids_go_seven_days_after_the_end_and_the_digest_stays(request_ended, days, blank):
    made = delivery("d1", request=request_ended, days=days + 1)
    ended_days_ago(request_ended, days)
    assert retention.purge()[0]["claims"] == int(blank)
    made.refresh_from_db()
    assert (made.claimed_signers == {}) is blank
    assert (made.setu_id + made.setu_document_id + made.claimed_status == "") is blank
    assert made.digest == "d1"
    assert retention.purge()[0]["claims"] == 0


def test_of_an_open_request_they_stay_and_of_nobodys_they_go_by_their_own_age(manager, asha):
    request = make_request(by=manager, signers=[asha])
    delivery("open", request=request, days=1000)
    delivery("nobodys, old", request=None, days=8)
    delivery("nobodys, new", request=None, days=6)
    dropped, _ = retention.purge()
    assert (dropped["claims"], dropped["deliveries"]) == (1, 0)
    assert set(InboundDelivery.objects.filter(setu_id="setu-1").values_list("digest", flat=True)) == {
        "open",
        "nobodys, new",
    }


def test_after_a_year_and_a_bit_nothing_is_left(request_ended, settings):
    settings.KEEP_LOG_DAYS = 400
    delivery("old", request=request_ended, days=402)
    delivery("younger", request=request_ended, days=399)
    delivery("nobodys", request=None, days=401)
    ended_days_ago(request_ended, 401)
    assert retention.purge()[0]["deliveries"] == 2
    assert InboundDelivery.objects.get().digest == "younger"


def test_a_callback_sent_again_after_its_claims_are_gone_is_still_known(request_ended, client):
    body = json.dumps({"data": {"esign": {"id": "setu-1", "status": "sign_complete", "signers": []}}})

    def sent() -> int:
        return int(client.post(CALLBACK, body, content_type="application/json").status_code)

    assert sent() == 200
    ended_days_ago(request_ended, 8)
    retention.purge()
    assert InboundDelivery.objects.get().setu_id == ""
    assert sent() == 200
    assert InboundDelivery.objects.get().setu_id == ""
