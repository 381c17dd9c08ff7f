"""The control API, and the same handles in Python."""

from typing import Any

import pytest

from tests.standin import StandIn
from tests.standin_tests.client import Client, signer


def control(setu: Client, path: str, **body: Any) -> Any:
    answer = setu.post(f"/__control__/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_control_api_is_absent_unless_asked_for() -> None:
    with Client(StandIn()) as setu:
        assert setu.get("/__control__/requests").status_code == 404
        assert setu.post("/__control__/reset").status_code == 404


def test_it_lists_requests_for_whoever_has_to_act_for_signers(setu: Client) -> None:
    made = setu.made(signer("a"), signer("b"))
    (shown,) = setu.get("/__control__/requests").json()
    assert shown["id"] == made["id"]
    assert shown["documentId"] == made["documentId"]
    assert shown["redirectUrl"] == "https://app.test/return"
    assert shown["status"] == "sign_initiated"
    assert [each["url"] for each in shown["signers"]] == [each["url"] for each in made["signers"]]
    assert set(shown["signers"][0]) == {"id", "identifier", "displayName", "status", "errCode", "url"}


def test_it_drives_signers(setu: Client) -> None:
    made = setu.made(signer("a"), signer("b"))
    control(setu, "open", requestId=made["id"], signerId="a")
    assert setu.now(made["id"])["status"] == "sign_in_progress"
    failed = control(setu, "fail", requestId=made["id"], signerId="a", errCode="otp_expired")
    assert "errCode=otp_expired" in failed["redirect"]
    control(setu, "decline", requestId=made["id"], signerId="a")
    assert setu.now(made["id"])["signers"][0]["errCode"] == "signer_declined"
    for each in made["signers"]:
        assert "success=true" in control(setu, "sign", requestId=made["id"], signerId=each["id"])["redirect"]
    assert setu.now(made["id"])["status"] == "sign_complete"
    control(setu, "delete", requestId=made["id"])
    assert setu.get(f"/api/signature/{made['id']}").status_code == 404


def test_it_moves_the_clock(setu: Client) -> None:
    made = setu.made()
    control(setu, "open", requestId=made["id"], signerId="sgn-1")
    control(setu, "clock", advance=901)
    assert setu.now(made["id"])["signers"][0]["errCode"] == "session_expired"


def test_it_shows_sends_again_and_releases_notifications(setu: Client, posted: list[bytes]) -> None:
    made = setu.made()
    control(setu, "faults", fault="callback_delayed", times=1)
    control(setu, "sign", requestId=made["id"], signerId="sgn-1")
    assert [each["state"] for each in setu.get("/__control__/deliveries").json()] == ["held"]
    assert control(setu, "release") == {"released": 1}
    assert control(setu, "redeliver", index=0)["state"] == "delivered"
    assert posted[0] == posted[1]
    shown = setu.get("/__control__/deliveries").json()
    assert [each["attempts"] for each in shown] == [[200], [200]]
    assert shown[0]["body"] == posted[0].decode()


def test_it_queues_faults(setu: Client) -> None:
    made = setu.made()
    answer = control(
        setu, "faults", fault="status", endpoint="get", times=2, requestId=made["id"], status=503, html=True
    )
    assert answer == {"queued": 1, "id": 1}
    assert setu.get("/__control__/faults").json()[0]["request_id"] == made["id"]
    assert [setu.get(f"/api/signature/{made['id']}").status_code for _ in range(3)] == [503, 503, 200]


def test_it_counts_the_calls_to_setu_and_no_others(setu: Client) -> None:
    made = setu.made()
    setu.get(made["signers"][0]["url"])
    setu.now(made["id"])
    setu.get("/healthz")
    assert setu.get("/__control__/calls").json() == {"upload": 1, "create": 1, "get": 1}


def test_a_reset_forgets_everything(setu: Client, standin: StandIn) -> None:
    made = setu.made()
    standin.sign(made["id"], "sgn-1")
    standin.fault("status", endpoint="get")
    control(setu, "reset")
    assert (standin.requests(), standin.deliveries, standin.calls) == ([], [], {})
    assert setu.get(f"/api/signature/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("sign", {"requestId": "none", "signerId": "a"}, 409),
        ("sign", {"requestId": 7}, 400),
        ("delete", {"requestId": "none"}, 404),
        ("redeliver", {"index": 99}, 404),
        ("redeliver", {"index": "x"}, 400),
        ("clock", {"advance": "1"}, 400),
        ("faults", {"fault": "flood"}, 400),
        ("faults", {"fault": "status", "name": "x"}, 400),
        ("nothing", {}, 404),
    ],
)
def test_a_mistake_is_answered_with_a_sentence(
    setu: Client, path: str, body: dict[str, Any], status: int
) -> None:
    answer = setu.post(f"/__control__/{path}", json=body)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
