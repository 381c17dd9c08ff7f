"""Callbacks that are lost, doubled, forged, late or early: the look decides, whoever rings."""

import time
from collections.abc import Callable

import pytest

from signing.services.cancel import request_cancel
from tests.builders import reloaded
from webhooks.models import InboundDelivery

CALLBACK = "/webhooks/setu/callback-token"


def wait_for(holds: Callable[[], bool], *, seconds: float = 10.0) -> float:
    """Poll until it holds; returns the seconds it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.01)
    return time.monotonic() - began


def post(client, body: bytes, path: str = CALLBACK):
    return client.post(path, body, content_type="application/json")


def test_a_callback_is_visible_within_a_second(embedded_worker, ask, asha, ravi):
    story = ask(asha, ravi)
    wait_for(lambda: story.status == "sign_initiated")
    story.sign(0)
    assert wait_for(lambda: story.status == "sign_pending") < 1.0
    assert story.read()["confirmed_by"] == "callback"


@pytest.mark.django_db(transaction=True)
def test_the_ticker_finds_a_lost_callback(settings, embedded_worker, ask, asha):
    settings.CHECK_SECONDS_ACTIVE = settings.CHECK_SECONDS_WARM = 1
    story = ask(asha)
    wait_for(lambda: story.status == "sign_initiated")
    story.world.fault("callback_lost", endpoint="callback", times=10)
    story.sign(0)
    wait_for(lambda: story.status == "sign_complete")
    assert not InboundDelivery.objects.exists()


def test_a_doubled_callback_is_kept_once_and_rings_once(ask, run_due, client, asha, ravi):
    story = ask(asha, ravi)
    run_due()
    story.world.fault("callback_duplicate", endpoint="callback", times=1)
    story.sign(0)
    assert InboundDelivery.objects.count() == 1
    run_due()
    calls = story.world.calls["get"]
    repeated = post(client, story.world.deliveries[-1].body)
    assert repeated.status_code == 200
    run_due()
    assert (InboundDelivery.objects.count(), story.world.calls["get"]) == (1, calls)


def test_a_forged_callback_moves_nothing(ask, run_due, client, asha, ravi):
    story = ask(asha, ravi)
    run_due()
    forged = story.world.notification(story.at_setu["id"]).replace(b"sign_initiated", b"sign_complete")
    forged = forged.replace(b'"pending"', b'"signed"')
    assert b"sign_complete" in forged
    assert post(client, forged).status_code == 200
    run_due()
    assert story.status == "sign_initiated"
    assert {signer["status"] for signer in story.read()["signers"]} == {"pending"}


def test_many_forged_callbacks_cost_no_more_than_the_bucket_allows(ask, run_due, client, asha):
    story = ask(asha)
    run_due()
    before = story.world.calls["get"]
    genuine = story.world.notification(story.at_setu["id"])
    for number in range(50):
        post(client, genuine.replace(b"sign_initiated", b"forged_%d" % number))
        run_due()
    assert story.world.calls["get"] - before <= 6


def test_a_wrong_callback_token_is_an_unknown_address_and_writes_nothing(
    client, db, django_assert_num_queries
):
    with django_assert_num_queries(0):
        answer = post(client, b'{"data": {"esign": {"id": "x"}}}', "/webhooks/setu/guess/")
    assert answer.status_code == 404


def test_a_late_callback_after_completion_changes_nothing(ask, run_due, client, asha):
    story = ask(asha)
    run_due()
    early = story.world.notification(story.at_setu["id"])
    story.sign(0)
    run_due()
    assert story.status == "sign_complete"
    assert post(client, early).status_code == 200
    run_due()
    assert story.status == "sign_complete"


def test_a_late_callback_after_a_cancel_changes_nothing(ask, run_due, client, manager, asha):
    story = ask(asha)
    run_due()
    late = story.world.notification(story.at_setu["id"])
    request_cancel(request=reloaded(story.request_id), by=manager)
    run_due()
    assert story.status == "cancelled"
    assert post(client, late).status_code == 200
    run_due()
    assert (story.status, story.world.requests()) == ("cancelled", [])


def test_callbacks_out_of_order_do_not_regress(ask, run_due, client, asha, ravi):
    story = ask(asha, ravi)
    run_due()
    story.world.fault("callback_delayed", endpoint="callback", times=1)
    story.sign(0)
    story.sign(1)
    run_due()
    assert story.status == "sign_complete"
    story.world.release()
    run_due()
    assert story.status == "sign_complete"


def test_a_claim_that_setu_does_not_show_yet_is_looked_for_again_soon(ask, run_due, client, asha, ravi):
    story = ask(asha, ravi)
    run_due()
    claimed = story.world.notification(story.at_setu["id"]).replace(b'"pending"', b'"signed"')
    post(client, claimed)
    run_due()
    request = reloaded(story.request_id)
    assert request.hint["tries"] == 1
    story.world.fault("callback_lost", endpoint="callback", times=1)
    story.sign(0)
    time.sleep(1.3)
    assert run_due() >= 1
    assert story.read()["signers"][0]["status"] == "signed"


def test_a_signer_who_comes_back_rings_and_is_sent_to_the_frontend(
    ask, run_due, client, settings, asha, ravi
):
    story = ask(asha, ravi)
    run_due()
    story.world.fault("callback_lost", endpoint="callback", times=1)
    back = story.sign(0)
    answer = client.get(back.removeprefix(settings.PUBLIC_URL))
    assert (answer.status_code, answer["Location"]) == (303, settings.FRONTEND_URL)
    run_due()
    assert story.status == "sign_pending"
    assert story.read()["confirmed_by"] == "return"


def test_a_false_return_moves_nothing(ask, run_due, client, asha):
    story = ask(asha)
    run_due()
    back = story.at_setu["redirectUrl"].removeprefix("http://localhost:8000")
    assert client.get(f"{back}?success=True&id={story.at_setu['id']}&signerIdentifier=x").status_code == 303
    run_due()
    assert story.status == "sign_initiated"


def test_check_now_looks_at_once(ask, run_due, asha):
    story = ask(asha)
    run_due()
    story.world.fault("callback_lost", endpoint="callback", times=1)
    story.sign(0)
    assert story.manager.post(f"signature/{story.request_id}/check/").status_code == 202
    run_due()
    assert story.status == "sign_complete"
