"""The faults that bend answers, links and notifications."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.standin import Clock, ConnectionLost, StandIn
from tests.standin.catalogue import KNOWN
from tests.standin.transport import Transport
from tests.standin_tests.client import KEYS, Client, contract, error, signer

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


def test_a_lost_answer_can_take_its_time(setu: Client, standin: StandIn) -> None:
    standin.fault("accept_then_hang", endpoint="upload", seconds=0.01)
    with pytest.raises(ConnectionLost):
        setu.upload(contract())
    assert standin.calls["upload"] == 1


def test_the_key_headers_do_not_matter_to_faults(standin: StandIn) -> None:
    standin.fault("status", endpoint="get", status=401)
    with Client(standin, headers={**KEYS, "x-client-secret": "wrong"}) as stranger:
        assert stranger.get("/api/signature/none").status_code == 401
        assert error(stranger.get("/api/signature/none")) == (401, "unauthorized")
