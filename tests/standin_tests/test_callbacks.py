"""Notifications: when they leave, what they say, how doggedly."""

import json
import threading
import time
from collections.abc import Callable

import pytest

from tests.standin import Clock, StandIn
from tests.standin_tests.client import Client, esign, signer

TWO = (signer("a", displayName="Asha"), signer("b", displayName="Ravi"))


def test_a_signature_is_notified_in_setus_shape(setu: Client, standin: StandIn, posted: list[bytes]) -> None:
    made = setu.made(*TWO)
    standin.sign(made["id"], "b")
    (body,) = posted
    notice = json.loads(body)
    assert set(notice) == {"event", "timeStamp", "data"}
    assert notice["event"] == "ESIGN_WEBHOOK_NOTIFICATION"
    assert notice["timeStamp"].startswith("2026-01-05T12:00:00.")
    assert notice["timeStamp"].endswith("+05:30")
    assert set(notice["data"]) == {"esign"}
    assert set(esign(body)) == {"id", "documentId", "status", "signers"}
    assert (esign(body)["id"], esign(body)["status"]) == (made["id"], "sign_pending")
    ravi, asha = esign(body)["signers"]
    keys = {"id", "identifier", "displayName", "status", "errCode", "signatureDetails"}
    assert set(ravi) == set(asha) == keys
    assert (ravi["identifier"], ravi["status"], ravi["errCode"]) == ("b", "signed", "")
    assert ravi["signatureDetails"]["aadhaarName"] == "Ravi"
    assert (asha["status"], asha["errCode"], asha["signatureDetails"]) == ("pending", "", {})


def test_the_last_signature_says_complete(setu: Client, standin: StandIn, posted: list[bytes]) -> None:
    made = setu.made()
    standin.sign(made["id"], "sgn-1")
    assert esign(posted[0])["status"] == "sign_complete"


@pytest.mark.parametrize("code", ["otp_expired", "signer_declined"])
def test_a_failure_is_notified_with_its_code(
    setu: Client, standin: StandIn, posted: list[bytes], code: str
) -> None:
    made = setu.made(*TWO)
    standin.fail(made["id"], "a", code)
    assert esign(posted[0])["status"] == "sign_initiated"
    assert [each["errCode"] for each in esign(posted[0])["signers"]] == [code, ""]


def test_creating_opening_expiring_and_deleting_are_not_notified(
    setu: Client, standin: StandIn, clock: Clock
) -> None:
    made = setu.made()
    standin.open(made["id"], "sgn-1")
    clock.advance(16 * 60)
    assert setu.now(made["id"])["status"] == "sign_initiated"
    setu.post(f"/api/signature/{made['id']}/delete")
    assert standin.deliveries == []


def test_two_equal_failures_have_different_time_stamps(
    setu: Client, standin: StandIn, posted: list[bytes]
) -> None:
    made = setu.made()
    for _ in range(2):
        standin.fail(made["id"], "sgn-1", "otp_expired")
    assert posted[0] != posted[1]
    assert esign(posted[0]) == esign(posted[1])


def test_the_receiver_may_ask_back_while_it_is_notified() -> None:
    seen: list[str] = []

    def receive(body: bytes) -> int:
        asked = threading.Thread(target=lambda: seen.append(setu.now(esign(body)["id"])["status"]))
        asked.start()
        asked.join(timeout=5)
        return 200

    standin = StandIn(callback=receive)
    with Client(standin) as setu:
        standin.sign(setu.made()["id"], "sgn-1")
    assert seen == ["sign_complete"]


@pytest.mark.parametrize("answers", [[500, 200], [204, 200], [302, 429, 200]])
def test_a_notification_is_repeated_until_200(answers: list[int]) -> None:
    left, bodies = list(answers), set[bytes]()

    def receive(body: bytes) -> int:
        bodies.add(body)
        return left.pop(0)

    standin = StandIn(callback=receive)
    with Client(standin) as setu:
        standin.sign(setu.made()["id"], "sgn-1")
    (delivery,) = standin.deliveries
    assert (delivery.attempts, delivery.state) == (answers, "delivered")
    assert len(bodies) == 1


def test_repeats_end() -> None:
    def receive(body: bytes) -> int:
        raise ConnectionRefusedError("nobody there")

    standin = StandIn(callback=receive, callback_waits=(1, 1))
    with Client(standin) as setu:
        standin.sign(setu.made()["id"], "sgn-1")
    (delivery,) = standin.deliveries
    assert delivery.attempts == ["ConnectionRefusedError: nobody there"] * 3
    assert delivery.state == "given_up"


def test_without_a_receiver_notifications_are_only_recorded() -> None:
    standin = StandIn()
    with Client(standin) as setu:
        standin.sign(setu.made()["id"], "sgn-1")
    assert [(each.state, each.attempts) for each in standin.deliveries] == [("recorded", [])]


def test_a_notification_can_be_had_at_any_time(setu: Client, standin: StandIn) -> None:
    made = setu.made(*TWO)
    assert esign(standin.notification(made["id"]))["status"] == "sign_initiated"
    ordered = esign(standin.notification(made["id"], acting=made["signers"][1]["id"]))["signers"]
    assert [each["identifier"] for each in ordered] == ["b", "a"]
    assert standin.deliveries == []


def test_in_the_background_repeats_wait_and_nobody_else_does() -> None:
    left, done = [500, 500, 200], threading.Event()

    def receive(body: bytes) -> int:
        answer = left.pop(0)
        if answer == 200:
            done.set()
        return answer

    standin = StandIn(callback=receive, callback_threaded=True, callback_waits=(0.02, 0.02))
    with Client(standin) as setu:
        standin.sign(setu.made()["id"], "sgn-1")
        assert done.wait(5)
    eventually(lambda: standin.deliveries[0].state == "delivered")
    standin.close()


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)
