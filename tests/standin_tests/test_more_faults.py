"""The faults that bend answers, links and notifications."""

import json
import threading
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.standin import Clock, ConnectionLost, StandIn
from tests.standin.catalogue import KNOWN
from tests.standin.notices import FORGERIES
from tests.standin.transport import Transport
from tests.standin_tests.client import KEYS, Client, contract, error, esign, signer

TWO = (signer("a"), signer("b"))


def test_every_fault_says_what_it_does_and_can_be_queued_as_it_is(standin: StandIn) -> None:
    for name, kind in KNOWN.items():
        assert kind.does.endswith("."), name
        for endpoint in kind.endpoints:
            standin.fault(name, endpoint=endpoint, **kind.args)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("slow", {"second": 1}),
        ("slow", {"seconds": "1"}),
        ("slow", {"seconds": True}),
        ("empty", {"seconds": 1}),
        ("status", {"status": "500"}),
        ("status", {"status": -1}),
        ("status", {"html": 1}),
        ("status", {"retry_after": "7"}),
        ("status", {"times": 1.5}),
        ("unknown_status", {"value": 7}),
        ("callback_forged", {"kind": "polite"}),
        ("redirect_forged", {"kind": "polite"}),
    ],
)
def test_an_argument_that_is_wrong_is_refused(standin: StandIn, name: str, args: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (each has its own sentence)
        standin.fault(name, **args)


def test_a_fault_can_stay_until_it_is_removed(setu: Client, standin: StandIn) -> None:
    fault = standin.fault("status", endpoint="any", times=None, status=503, html=True)
    for _ in range(5):
        assert setu.get("/api/signature/none").status_code == 503
    assert setu.upload().status_code == 503
    assert setu.post("/__control__/faults/remove", json={"id": fault.id}).status_code == 200
    assert setu.upload().status_code == 201
    assert setu.post("/__control__/faults/remove", json={"id": fault.id}).status_code == 404


def test_a_request_can_be_withdrawn_behind_the_clients_back(setu: Client, standin: StandIn) -> None:
    made = setu.made()
    standin.fault("withdrawn", request_id=made["id"])
    assert setu.now(setu.made()["id"])["status"] == "sign_initiated"
    for _ in range(2):
        assert error(setu.get(f"/api/signature/{made['id']}")) == (404, "signature_request_not_found")
    assert standin.requests()[0]["id"] != made["id"]


def test_a_signers_status_and_code_can_be_ones_nobody_knows(setu: Client, standin: StandIn) -> None:
    made = setu.made()
    standin.fault("unknown_signer_status")
    standin.fault("unknown_err_code", value="moon_phase")
    (bent,) = setu.now(made["id"])["signers"]
    assert (bent["status"], bent["errCode"]) == ("on_hold", "moon_phase")
    (straight,) = setu.now(made["id"])["signers"]
    assert (straight["status"], straight["errCode"]) == ("pending", None)


def test_a_file_can_come_in_drops_and_can_break_off(setu: Client, standin: StandIn) -> None:
    made = setu.made()
    standin.sign(made["id"], "sgn-1")
    whole = setu.file(made["id"]).content
    standin.fault("trickle", seconds=0.02)
    assert setu.file(made["id"]).content == whole
    standin.fault("broken_off")
    with pytest.raises(ConnectionLost):
        setu.file(made["id"])
    link = setu.get(f"/api/signature/{made['id']}/download").json()["downloadUrl"]
    standin.fault("broken_off")
    with httpx.Client(transport=Transport(standin)) as http, pytest.raises(httpx.ReadError):
        http.get(link)
    standin.fault("trickle", endpoint="get", seconds=0.0)
    assert setu.now(made["id"])["status"] == "sign_complete"


def test_a_links_end_can_be_told_wrongly(setu: Client, standin: StandIn, clock: Clock) -> None:
    made = setu.made()
    standin.sign(made["id"], "sgn-1")
    standin.fault("clock_skew", endpoint="download", seconds=-3600)
    offer = setu.get(f"/api/signature/{made['id']}/download").json()
    assert datetime.fromisoformat(offer["validUpto"]) < clock.now()
    assert setu.files.get(offer["downloadUrl"]).status_code == 200


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


def test_a_lost_answer_can_take_its_time(setu: Client, standin: StandIn) -> None:
    standin.fault("accept_then_hang", endpoint="upload", seconds=0.01)
    with pytest.raises(ConnectionLost):
        setu.upload(contract())
    assert standin.calls["upload"] == 1


@pytest.mark.parametrize("accept", ["application/pdf", "application/pdf;q=1, application/json;q=0.5"])
def test_the_audit_can_be_had_as_a_pdf(setu: Client, standin: StandIn, accept: str) -> None:
    made = setu.made(signer(displayName="Asha <b> राव"))
    standin.sign(made["id"], "sgn-1")
    answer = setu.get(f"/api/signature/{made['id']}/audit", headers={"Accept": accept})
    assert answer.headers["content-type"] == "application/pdf"
    import io

    from pypdf import PdfReader

    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    for words in (
        "uploaded",
        "notified",
        "opened",
        "signed",
        made["id"],
        "serialNumber",
        "no legal meaning",
        "Asha <b>",
    ):
        assert words in text


def test_an_audit_in_another_form_is_refused(setu: Client) -> None:
    url = f"/api/signature/{setu.made()['id']}/audit"
    assert setu.get(url, headers={"Accept": "text/html"}).status_code == 406
    assert setu.get(url, headers={"Accept": "*/*"}).headers["content-type"] == "application/json"


def test_the_key_headers_do_not_matter_to_faults(standin: StandIn) -> None:
    standin.fault("status", endpoint="get", status=401)
    with Client(standin, headers={**KEYS, "x-client-secret": "wrong"}) as stranger:
        assert stranger.get("/api/signature/none").status_code == 401
        assert error(stranger.get("/api/signature/none")) == (401, "unauthorized")
