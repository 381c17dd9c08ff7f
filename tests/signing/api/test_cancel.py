"""POST signature/<id>/cancel/: who may, what is answered, and that nobody gets a link any more."""

import pytest

from signing.services.links import release_url
from tests.builders import make_request, reloaded
from tests.client import Api


def test_a_manager_cancels_and_sees_that_it_is_under_way(opened, manager, asha, run_due):
    it = opened(asha)
    answer = Api(manager).post(f"signature/{it.request_id}/cancel/", {"reason": " The wrong one. "})
    body = answer.json()
    assert answer.status_code == 202
    assert (body["status"], body["cancelling"], body["cancel_reason"]) == (
        "sign_initiated",
        True,
        "The wrong one.",
    )
    assert body["cancel_asked_at"].endswith("Z")
    it.go_on()
    body = Api(manager).get(f"signature/{it.request_id}/").json()
    assert (body["status"], body["cancelling"], body["next_check_at"]) == ("cancelled", False, None)
    assert body["cancel_reason"] == "The wrong one."


def test_the_reason_may_be_left_out_and_so_may_the_body(opened, manager, asha, ravi):
    for signer, kind in ((asha, "application/json"), (ravi, "text/plain")):
        it = opened(signer)
        answer = Api(manager)._client.post(f"/api/signature/{it.request_id}/cancel/", content_type=kind)
        assert answer.status_code == 202, answer.content
        assert answer.json()["cancel_reason"] is None


@pytest.mark.parametrize("body", [{"reason": "x" * 201}, {"reason": 5}, {"why": "x"}, {"reason": "a\0b"}])
def test_a_reason_that_is_none_is_refused(manager, asha, body):
    request = make_request(by=manager, signers=[asha])
    answer = Api(manager).post(f"signature/{request.id}/cancel/", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert not reloaded(request).is_cancelling


def test_employees_may_not_and_strangers_find_nothing(manager, asha, stranger):
    request = make_request(by=manager, signers=[asha])
    statuses = [
        Api(who).post(f"signature/{request.id}/cancel/").status_code for who in (asha, stranger, None)
    ]
    assert statuses == [403, 404, 401]
    assert not reloaded(request).is_cancelling


@pytest.mark.parametrize("ending", ["sign_complete", "cancelled", "failed"])
def test_what_has_ended_is_a_conflict(manager, asha, ending):
    over = make_request(by=manager, signers=[asha], stage="ended", ending=ending)
    answer = Api(manager).post(f"signature/{over.id}/cancel/")
    assert (answer.status_code, answer.json()["code"]) == (409, "request_ended")
    assert answer.json()["request_status"] == ending


def test_it_is_too_late_once_everybody_has_signed(manager, asha):
    request = make_request(by=manager, signers=[asha], stage="archiving", setu_status="sign_complete")
    answer = Api(manager).post(f"signature/{request.id}/cancel/")
    assert (answer.status_code, answer.json()["code"]) == (409, "all_signed")


def test_nobody_gets_a_link_while_it_is_being_cancelled(opened, manager, asha, ravi, client):
    it = opened(asha, ravi)
    it.world.open(it.setu_id, it.setu_signers[1])  # somebody else is signing: that is not what is said now
    it.go_on()
    signer = it.request.signers.get(user=asha)
    link = release_url(signer_id=signer.id, token_version=asha.token_version).split("8000")[1]
    Api(manager).post(f"signature/{it.request_id}/cancel/")
    (row,) = Api(asha).get("dashboard/").json()
    assert [each["signer_url"] for each in row["signers"]] == [None, None]
    assert [each["url"] for each in Api(asha).get(f"signature/{it.request_id}/").json()["signers"]] == [
        None,
        None,
    ]
    answer = client.get(link)
    assert answer.status_code == 409
    assert "being cancelled" in answer.content.decode()
    it.go_on()
    assert "ended" in client.get(link).content.decode()


def test_a_cancelled_documents_next_request_gets_a_copy(opened, manager, asha):
    it = opened(asha)
    document = it.request.document_id
    Api(manager).post(f"signature/{it.request_id}/cancel/")
    assert Api(manager).ask(str(document), [asha]).status_code in (200, 409)
    it.go_on()
    answer = Api(manager).ask(str(document), [asha])
    assert (answer.status_code, answer.json()["documentId"] == str(document)) == (201, False)
