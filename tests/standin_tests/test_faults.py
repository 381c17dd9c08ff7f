"""Faults strike once, where they should, and leave the rest alone."""

from typing import Any

import pytest

from tests.standin import Clock, ConnectionLost, StandIn
from tests.standin_tests.client import Client, error, esign, signer
from tests.standin_tests.pdf import sound


@pytest.fixture
def signed(setu: Client, standin: StandIn) -> str:
    """The id of a request with two signatures."""
    made = setu.made(signer("a"), signer("b"))
    standin.sign(made["id"], "a")
    standin.sign(made["id"], "b")
    request_id: str = made["id"]
    return request_id


def test_an_unknown_fault_or_a_misplaced_one_is_refused(standin: StandIn) -> None:
    for name, args in (("flood", {}), ("truncated", {"endpoint": "get"}), ("status", {"times": 0})):
        with pytest.raises(ValueError):  # noqa: PT011  (each has its own sentence)
            standin.fault(name, **args)


@pytest.mark.parametrize(
    ("args", "status", "kind"),
    [
        ({"status": 500}, 500, "application/json"),
        ({"status": 503, "html": True}, 503, "text/html"),
        ({"status": 401}, 401, "application/json"),
        ({"status": 403, "html": True}, 403, "text/html"),
        ({"status": 429, "retry_after": 7}, 429, "application/json"),
    ],
)
def test_a_status_fault_answers_in_place_of_setu(
    setu: Client, standin: StandIn, args: dict[str, Any], status: int, kind: str
) -> None:
    made = setu.made()
    standin.fault("status", endpoint="get", times=2, **args)
    for _ in range(2):
        answer = setu.get(f"/api/signature/{made['id']}")
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers.get("retry-after") == (
            str(args["retry_after"]) if "retry_after" in args else None
        )
    assert setu.now(made["id"])["status"] == "sign_initiated"
    assert standin.calls["get"] == 3


def test_a_faulty_create_makes_nothing(setu: Client, standin: StandIn) -> None:
    standin.fault("status", endpoint="create", status=500)
    assert error(setu.create()) == (500, "unexpected_error")
    assert standin.requests() == []


def test_a_fault_bound_to_a_request_spares_the_others(setu: Client, standin: StandIn) -> None:
    one, two = setu.made()["id"], setu.made()["id"]
    standin.fault("status", endpoint="get", status=500, request_id=one)
    assert setu.now(two)["status"] == "sign_initiated"
    assert setu.get(f"/api/signature/{one}").status_code == 500


def test_create_can_succeed_without_an_answer(setu: Client, standin: StandIn) -> None:
    document_id = setu.upload().json()["id"]
    standin.fault("accept_then_hang", endpoint="create")
    with pytest.raises(ConnectionLost):
        setu.create(documentId=document_id)
    assert [each["documentId"] for each in standin.requests()] == [document_id]
    assert error(setu.create(documentId=document_id)) == (400, "invalid_document")


def test_delete_can_succeed_without_an_answer(setu: Client, standin: StandIn) -> None:
    made = setu.made()
    standin.fault("accept_then_hang", endpoint="delete")
    with pytest.raises(ConnectionLost):
        setu.post(f"/api/signature/{made['id']}/delete")
    assert error(setu.post(f"/api/signature/{made['id']}/delete"))[0] == 404


def test_a_slow_answer_is_still_right(setu: Client, standin: StandIn) -> None:
    made = setu.made()
    standin.fault("slow", endpoint="get", seconds=0.01)
    assert setu.now(made["id"])["status"] == "sign_initiated"


def test_a_status_nobody_knows_and_keys_nobody_knows(setu: Client, standin: StandIn) -> None:
    made = setu.made()
    standin.fault("unknown_status", value="sign_paused")
    standin.fault("extra_keys")
    now = setu.now(made["id"])
    assert now["status"] == "sign_paused"
    assert "newFeature" in now
    assert setu.now(made["id"])["status"] == "sign_initiated"


def test_what_setu_does_not_promise_can_be_missing_or_moved(setu: Client, standin: StandIn) -> None:
    standin.fault("missing_keys", endpoint="create")
    standin.fault("reordered")
    made = setu.made(signer("a", location="Pune"), signer("b"), reason="Offer")
    assert set(made) == {"id", "documentId", "redirectUrl", "status", "signers"}
    assert not {"errCode", "birthYear", "location"} & set(made["signers"][0])
    assert [each["identifier"] for each in setu.now(made["id"])["signers"]] == ["b", "a"]
    assert [each["identifier"] for each in setu.now(made["id"])["signers"]] == ["a", "b"]


@pytest.mark.parametrize("fault", ["truncated", "not_pdf", "empty"])
def test_a_broken_file_is_whole_the_next_time(
    setu: Client, standin: StandIn, signed: str, fault: str
) -> None:
    standin.fault(fault)
    broken, whole = setu.file(signed), setu.file(signed)
    assert broken.status_code == whole.status_code == 200
    assert len(broken.content) < len(whole.content)
    assert broken.content.startswith(b"%PDF-") is (fault == "truncated")


@pytest.mark.parametrize(("fault", "count"), [("missing_signature", 1), ("unsigned", 0)])
def test_a_file_can_lack_signatures(
    setu: Client, standin: StandIn, clock: Clock, signed: str, fault: str, count: int
) -> None:
    standin.fault(fault)
    assert sound(setu.file(signed).content, standin, clock.now()) == [True] * count
    assert sound(setu.file(signed).content, standin, clock.now()) == [True] * 2


def test_a_wrong_file_is_validly_signed_all_the_same(
    setu: Client, standin: StandIn, clock: Clock, signed: str
) -> None:
    standin.fault("wrong_file", request_id=signed)
    wrong, right = setu.file(signed).content, setu.file(signed).content
    assert sound(wrong, standin, clock.now()) == [True, True]
    assert wrong[:200] != right[:200]


def test_a_link_ends_after_its_time(setu: Client, clock: Clock, signed: str) -> None:
    offer = setu.get(f"/api/signature/{signed}/download").json()
    assert set(offer) == {"id", "downloadUrl", "validUpto"}
    assert offer["validUpto"] == "2026-01-05T12:05:00+05:30"
    assert offer["downloadUrl"].startswith("http://files.setu.test/")
    clock.advance(290)
    assert setu.files.get(offer["downloadUrl"]).status_code == 200
    clock.advance(20)
    late = setu.files.get(offer["downloadUrl"])
    assert (late.status_code, late.headers["content-type"]) == (403, "application/xml")
    assert late.text.startswith("<?xml")
    assert setu.file(signed).status_code == 200


def test_a_link_can_end_before_its_time(setu: Client, standin: StandIn, signed: str) -> None:
    standin.fault("expired_link")
    assert [setu.file(signed).status_code for _ in range(2)] == [403, 200]


def test_a_link_can_come_expired(setu: Client, standin: StandIn, signed: str) -> None:
    standin.fault("expired_link", endpoint="download")
    assert [setu.file(signed).status_code for _ in range(2)] == [403, 200]


@pytest.mark.parametrize("header", ["Authorization", "x-client-id", "x-client-secret"])
def test_the_store_refuses_setus_credentials(setu: Client, signed: str, header: str) -> None:
    link = setu.get(f"/api/signature/{signed}/download").json()["downloadUrl"]
    assert setu.files.get(link, headers={header: "x"}).status_code == 400


def test_a_forged_link_opens_nothing(setu: Client, signed: str) -> None:
    link = setu.get(f"/api/signature/{signed}/download").json()["downloadUrl"]
    for forged in (link[:-1] + ("0" if link[-1] != "0" else "1"), link.split("?")[0], link + "é"):
        assert setu.files.get(forged).status_code == 403


def test_a_deleted_file_is_no_longer_there(setu: Client, standin: StandIn, signed: str) -> None:
    link = setu.get(f"/api/signature/{signed}/download").json()["downloadUrl"]
    standin.delete(signed)
    assert setu.files.get(link).status_code == 404


def test_a_notification_can_get_lost(setu: Client, standin: StandIn, posted: list[bytes]) -> None:
    made = setu.made()
    standin.fault("callback_lost")
    standin.sign(made["id"], "sgn-1")
    assert posted == []
    assert [each.state for each in standin.deliveries] == ["lost"]
    assert setu.now(made["id"])["status"] == "sign_complete"


def test_a_notification_can_come_twice(setu: Client, standin: StandIn, posted: list[bytes]) -> None:
    standin.fault("callback_duplicate")
    standin.sign(setu.made()["id"], "sgn-1")
    assert len(posted) == 2
    assert posted[0] == posted[1]


def test_notifications_can_come_in_the_wrong_order(
    setu: Client, standin: StandIn, posted: list[bytes]
) -> None:
    made = setu.made(signer("a"), signer("b"))
    standin.fault("callback_delayed")
    standin.sign(made["id"], "a")
    standin.sign(made["id"], "b")
    assert [esign(body)["status"] for body in posted] == ["sign_complete"]
    assert standin.release() == 1
    assert [esign(body)["status"] for body in posted] == ["sign_complete", "sign_pending"]
    assert standin.release() == 0
