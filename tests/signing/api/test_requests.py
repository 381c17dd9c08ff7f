"""POST signature/ with the frontend's very body, and what it answers."""

import json
from datetime import date
from typing import Any

import httpx
import pytest

from core import jobs
from core.models import Job
from signing import setu_provider
from signing.models import SignatureRequest
from signing.states import REQUEST_JOB
from tests.builders import make_document, make_employee, make_request, reloaded
from tests.signing.builders import Between, is_create

BOX = {"height": 60, "width": 180, "position": "bottom-left", "onPages": ["1"]}


def frontends_body(document, *people, birth_year="1990") -> dict[str, Any]:
    return {
        "documentId": str(document.id),
        "redirectUrl": "http://setu.co",
        "signers": [
            {
                "identifier": str(person.id),
                "displayName": "whatever",
                "birthYear": birth_year,
                "signature": BOX,
            }
            for person in people
        ],
    }


def changed(body: dict[str, Any], **signer) -> dict[str, Any]:
    return body | {"signers": [body["signers"][0] | signer]}


def test_the_frontends_body_is_accepted_and_answered_at_once(manager, asha, ravi, as_user, world):
    document = make_document(by=manager, name="Offer")
    answer = as_user(manager).post("signature/", frontends_body(document, asha, ravi))
    assert answer.status_code == 201, answer.content
    body = answer.json()
    request = SignatureRequest.objects.get()
    assert (body["id"], body["documentId"], body["document_name"]) == (
        str(request.id),
        str(document.id),
        "Offer",
    )
    assert (body["status"], body["status_reason"], body["ended_at"]) == ("queued", None, None)
    assert (body["confirmed_at"], body["confirmed_by"], body["next_check_at"][-1]) == (None, None, "Z")
    assert [s["displayName"] for s in body["signers"]] == ["asha", "ravi"]
    assert body["signers"][0] == {
        "identifier": str(asha.id),
        "displayName": "asha",
        "status": "pending",
        "url": None,
        "signed_at": None,
        "errCode": None,
        "errMeaning": None,
    }
    assert world.calls == {}


@pytest.mark.parametrize(
    "redirect_url",
    [
        "https://evil.example/",
        "http://localhost:8000.evil.example/return/",
        "http://localhost:8000@evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://evil.example/\r\nLocation: x",
        "http://169.254.169.254/",
        "",
        None,
    ],
)
def test_the_way_back_is_ours_whatever_the_body_says(manager, asha, as_user, world, run_due, redirect_url):
    sent = []

    def then(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if is_create(request):
            sent.append(json.loads(request.content))
        return response

    setu_provider.plug(Between(world, then))
    body = frontends_body(make_document(by=manager), asha) | {"redirectUrl": redirect_url}
    assert as_user(manager).post("signature/", body).status_code == 201
    run_due()
    reference = SignatureRequest.objects.get().submissions.get().reference
    assert [create["redirectUrl"] for create in sent] == [f"http://localhost:8000/return/{reference}/"]
    assert "evil" not in json.dumps(sent)


@pytest.mark.parametrize("birth_year", ["null", "undefined", "1890", 1990, None])
def test_setu_is_told_what_we_know_not_what_the_browser_says(manager, as_user, world, run_due, birth_year):
    sent = []

    def then(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if is_create(request):
            sent.append(json.loads(request.content))
        return response

    setu_provider.plug(Between(world, then))
    born = make_employee("lila", organization=manager.tenant, full_name="Lila Nair", dob=date(1985, 1, 2))
    unknown = make_employee("ravi", organization=manager.tenant)
    body = frontends_body(make_document(by=manager), born, unknown, birth_year=birth_year)
    assert as_user(manager).post("signature/", body).status_code == 201
    run_due()
    first, second = sent[0]["signers"]
    assert (first["displayName"], first["birthYear"], second["displayName"]) == ("Lila Nair", "1985", "ravi")
    assert "birthYear" not in second
    assert sent[0]["redirectUrl"].startswith("http://localhost:8000/return/")
    assert "setu.co" not in json.dumps(sent)


def test_a_second_click_gets_the_first_ones_answer(manager, asha, as_user):
    body = frontends_body(make_document(by=manager), asha)
    first, second = (as_user(manager).post("signature/", body) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    other = as_user(manager).post("signature/", body | {"reason": "Other"})
    assert (other.status_code, other.json()["code"]) == (409, "document_in_use")


def test_a_document_of_an_ended_request_comes_back_under_a_new_id(manager, asha, as_user):
    over = make_request(by=manager, signers=[asha], stage="ended", ending="declined")
    answer = as_user(manager).post("signature/", frontends_body(over.document, asha))
    assert answer.status_code == 201
    assert answer.json()["documentId"] != str(over.document_id)


@pytest.mark.parametrize(
    ("code", "signer"),
    [
        ("signer_unknown", {"identifier": "2"}),
        ("signer_unknown", {"identifier": 2}),
        ("signer_unknown", {"identifier": "00000000-0000-4000-8000-000000000000"}),
        ("page_missing", {"signature": BOX | {"onPages": ["4"]}}),
        ("invalid", {"signature": BOX | {"onPages": []}}),
        ("invalid", {"signature": BOX | {"onPages": ["0"]}}),
        ("invalid", {"signature": BOX | {"onPages": ["1", "1"]}}),
        ("invalid", {"signature": BOX | {"onPages": [1]}}),
        ("invalid", {"signature": BOX | {"onPages": ["\uff11"]}}),
        ("invalid", {"signature": BOX | {"position": "middle"}}),
        ("invalid", {"signature": BOX | {"height": 0}}),
        ("invalid", {"signature": BOX | {"width": "180"}}),
        ("invalid", {"identifier": "a\0b"}),
        ("invalid", {"identifier": None}),
        ("invalid", {"aadhaar": "123412341234"}),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(manager, asha, as_user, code, signer):
    body = changed(frontends_body(make_document(by=manager), asha), **signer)
    answer = as_user(manager).post("signature/", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.content
    assert isinstance(answer.json()["detail"], str)
    assert answer.json()["detail"].endswith(".")
    assert not SignatureRequest.objects.exists()
    assert not Job.objects.exists()


def test_nobody_the_same_person_twice_and_no_room_are_refused(manager, asha, as_user):
    boss = as_user(manager)
    document = make_document(by=manager, pages=1)
    people = [make_employee(f"p{no}", organization=manager.tenant) for no in range(5)]
    answers = [boss.post("signature/", frontends_body(document, *some)) for some in ([], [asha] * 2, people)]
    assert [answer.status_code for answer in answers] == [422] * 3
    assert [answer.json()["code"] for answer in answers] == [
        "invalid",
        "signer_twice",
        "no_room_for_signatures",
    ]


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"\xff", b'{"documentId": "x"}'])
def test_a_body_that_cannot_be_read_is_a_sentence(manager, as_user, body):
    answer = as_user(manager)._client.post("/api/signature/", body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert isinstance(answer.json()["detail"], str)


def test_one_request_says_how_it_was_last_confirmed(opened, manager, asha, ravi, as_user):
    it = opened(asha, ravi)
    it.sign(0)
    it.world.fail(it.setu_id, it.setu_signers[1], "otp_expired")
    it.go_on()
    body = as_user(ravi).get(f"signature/{it.request_id}/").json()
    assert (body["status"], body["confirmed_by"]) == ("sign_pending", "callback")
    assert (body["confirmed_at"][-1], body["next_check_at"][-1]) == ("Z", "Z")
    signed, failed = body["signers"]
    assert (signed["status"], signed["signed_at"][-1], signed["url"]) == ("signed", "Z", None)
    assert (failed["status"], failed["errCode"]) == ("pending", "otp_expired")
    assert failed["errMeaning"] == "The OTP expired before it was entered."


def test_each_viewer_sees_their_own_link_and_no_other(opened, manager, asha, ravi, as_user):
    it = opened(asha, ravi)
    for viewer in (asha, ravi, manager):
        signers = as_user(viewer).get(f"signature/{it.request_id}/").json()["signers"]
        shown = [signer["displayName"] for signer in signers if signer["url"]]
        assert shown == ([viewer.username] if viewer != manager else [])


def test_an_ended_request_plans_no_check(manager, asha, as_user):
    over = make_request(
        by=manager, signers=[asha], stage="ended", ending="failed", ending_reason="refused_by_setu"
    )
    jobs.ring(REQUEST_JOB, subject=over.id, cause="callback")  # a late one
    body = as_user(manager).get(f"signature/{over.id}/").json()
    assert (body["status"], body["status_reason"], body["next_check_at"]) == (
        "failed",
        "refused_by_setu",
        None,
    )


def test_check_now_rings_and_answers_202(opened, manager, asha, as_user, run_due):
    it = opened(asha)
    it.world.open(it.setu_id, it.setu_signers[0])
    answer = as_user(manager).post(f"signature/{it.request_id}/check/")
    assert (answer.status_code, answer.json()["status"]) == (202, "sign_initiated")
    assert it.world.calls["get"] == 0
    run_due()
    assert reloaded(it.request_id).status == "sign_in_progress"
    assert reloaded(it.request_id).confirmed_by == "check"


def test_check_now_on_an_ended_request_is_a_conflict(manager, asha, as_user):
    over = make_request(by=manager, signers=[asha], stage="ended", ending="sign_complete")
    answer = as_user(manager).post(f"signature/{over.id}/check/")
    assert (answer.status_code, answer.json()["code"]) == (409, "request_ended")
    assert answer.json()["request_status"] == "sign_complete"
