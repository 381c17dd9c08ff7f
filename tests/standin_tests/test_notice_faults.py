"""Notifications that are wrong, early, late, twice or forged."""

import json
import threading

import pytest

from tests.standin import StandIn
from tests.standin.notices import FORGERIES
from tests.standin_tests.client import Client, esign, signer

TWO = (signer("a"), signer("b"))


def test_a_notifications_time_can_be_told_wrongly(
    setu: Client, standin: StandIn, posted: list[bytes]
) -> None:
    made = setu.made()
    standin.fault("clock_skew", seconds=600)
    standin.sign(made["id"], "sgn-1")
    assert json.loads(posted[0])["timeStamp"].startswith("2026-01-05T12:10:00")


def test_a_double_can_have_a_time_of_its_own(setu: Client, standin: StandIn, posted: list[bytes]) -> None:
    standin.fault("callback_duplicate", new_time_stamp=True)
    standin.sign(setu.made()["id"], "sgn-1")
    assert posted[0] != posted[1]
    assert esign(posted[0]) == esign(posted[1])


def test_doubles_can_come_at_once() -> None:
    both = threading.Barrier(2, timeout=5)

    def receive(_: bytes) -> int:
        both.wait()  # passes only if the other is here as well
        return 200

    standin = StandIn(callback=receive)
    with Client(standin) as setu:
        standin.fault("callback_duplicate", at_once=True)
        standin.sign(setu.made()["id"], "sgn-1")
    assert [each.state for each in standin.deliveries] == ["delivered"] * 2


def test_a_notification_can_be_overtaken_by_the_next(
    setu: Client, standin: StandIn, posted: list[bytes]
) -> None:
    made, other = setu.made(*TWO), setu.made()
    standin.fault("callback_out_of_order", request_id=made["id"])
    standin.sign(made["id"], "a")
    standin.sign(other["id"], "sgn-1")
    standin.sign(made["id"], "b")
    assert [(esign(body)["id"], esign(body)["status"]) for body in posted] == [
        (other["id"], "sign_complete"),
        (made["id"], "sign_complete"),
        (made["id"], "sign_pending"),
    ]


@pytest.mark.parametrize("sign", [False, True])
def test_a_notification_can_come_before_create_answers(sign: bool) -> None:
    seen: list[tuple[str, str]] = []

    def receive(body: bytes) -> int:
        told = esign(body)
        seen.append((told["status"], setu.now(told["id"])["status"]))
        return 200

    for threaded in (False, True):
        standin = StandIn(callback=receive, callback_threaded=threaded)
        with Client(standin) as setu:
            standin.fault("callback_early", sign=sign)
            made = setu.made()
            seen.append(("created", ""))
        word = "sign_complete" if sign else "sign_initiated"
        assert seen == [(word, word), ("created", "")]
        assert made["status"] == "sign_initiated"
        seen.clear()
        standin.close()


def test_an_early_notification_of_a_refused_create_does_not_exist(setu: Client, standin: StandIn) -> None:
    standin.fault("callback_early")
    assert setu.create(redirectUrl="x").status_code == 400
    assert standin.deliveries == []


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forgery_goes_before_the_truth_and_differs_from_it(
    setu: Client, standin: StandIn, posted: list[bytes], kind: str
) -> None:
    made = setu.made(*TWO)
    standin.fault("callback_forged", kind=kind)
    standin.sign(made["id"], "a")
    lie, truth = posted
    assert lie != truth
    assert esign(truth)["status"] == "sign_pending"


def test_forgeries_are_what_they_say(setu: Client, standin: StandIn, posted: list[bytes]) -> None:
    made = setu.made(*TWO)
    for kind in FORGERIES:
        answer = setu.post("/__control__/forge", json={"requestId": made["id"], "kind": kind})
        assert answer.json()["state"] == "delivered"
    lies = dict(zip(FORGERIES, posted, strict=True))
    assert esign(lies["unknown_id"])["id"] not in (made["id"], esign(lies["unknown_id"])["documentId"])
    wrong = esign(lies["wrong_document"])
    assert (wrong["id"], wrong["documentId"] != made["documentId"]) == (made["id"], True)
    assert json.loads(lies["wrong_event"])["event"] != "ESIGN_WEBHOOK_NOTIFICATION"
    assert set(esign(lies["missing_keys"])) == {"status"}
    complete = esign(lies["false_complete"])
    assert {complete["status"], *(each["status"] for each in complete["signers"])} == {
        "sign_complete",
        "signed",
    }
    assert len(lies["huge"]) > 2 * 1024 * 1024
    with pytest.raises(ValueError):  # noqa: PT011  (json's own)
        json.loads(lies["not_json"])
    assert lies["empty"] == b""
    assert setu.now(made["id"])["status"] == "sign_initiated"
    assert setu.post("/__control__/forge", json={"requestId": made["id"], "kind": "x"}).status_code == 400
    assert setu.post("/__control__/forge", json={"requestId": "x", "kind": "huge"}).status_code == 404


def test_an_answer_of_the_receiver_can_be_taken_for_another(
    setu: Client, standin: StandIn, posted: list[bytes]
) -> None:
    standin.fault("callback_refused", status=500)
    standin.fault("callback_refused", status=0)
    standin.sign(setu.made()["id"], "sgn-1")
    (delivery,) = standin.deliveries
    assert delivery.attempts == [500, "no answer, as asked for", 200]
    assert len(posted) == 3
