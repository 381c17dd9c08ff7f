"""Many requests and many signers at once; signatures are made when somebody wants the bytes."""

import base64
import time
from typing import Any

import pytest

from tests.standin import Clock, StandIn
from tests.standin_tests.client import Client, contract, esign, signer
from tests.standin_tests.pdf import sound

PEOPLE = [signer("a"), signer("b", position="top-left", onPages=["1", "2"])]
REDIRECT = "https://app.test/return"


def bulk(setu: Client, path: str, **body: Any) -> Any:
    answer = setu.post(f"/__control__/bulk/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def many(setu: Client, count: int) -> list[dict[str, Any]]:
    document = base64.b64encode(contract()).decode()
    body = {"count": count, "documentBase64": document, "documentName": "Lease", "redirectUrl": REDIRECT}
    made: list[dict[str, Any]] = bulk(setu, "requests", **body, signers=PEOPLE)["requests"]
    return made


def everybody(made: list[dict[str, Any]], **more: str) -> list[dict[str, str]]:
    return [
        {"requestId": request["id"], "signerId": each["id"], **more}
        for request in made
        for each in request["signers"]
    ]


def test_many_requests_are_made_as_create_makes_one(setu: Client) -> None:
    made = many(setu, 3)
    assert len({each["id"] for each in made} | {each["documentId"] for each in made}) == 6
    for each in made:
        assert setu.now(each["id"]) == each
    audit = setu.get(f"/api/signature/{made[0]['id']}/audit").json()
    assert audit["document"]["name"] == "Lease"


def test_a_blank_page_does_where_no_document_is_given(setu: Client) -> None:
    (made,) = bulk(setu, "requests", redirectUrl=REDIRECT, signers=[signer()])["requests"]
    assert made["status"] == "sign_initiated"


def test_signed_in_bulk_the_file_is_as_sound_as_any(
    setu: Client, standin: StandIn, clock: Clock, posted: list[bytes]
) -> None:
    made = many(setu, 2)
    acts = bulk(setu, "act", acts=everybody(made))["acts"]
    assert [each["status"] for each in acts] == ["sign_pending", "sign_complete"] * 2
    assert [body.decode() for body in posted] == [each["notification"] for each in acts]
    assert [esign(body)["status"] for body in posted] == [each["status"] for each in acts]
    for each in made:
        now = setu.now(each["id"])
        assert [one["signatureDetails"]["aadhaarSuffix"] for one in now["signers"]] == ["0000", "0000"]
        content = setu.file(each["id"]).content
        assert content.startswith(contract())
        assert sound(content, standin, clock.now()) == [True, True]


def test_the_audit_has_the_certificates_of_signatures_still_owed(setu: Client) -> None:
    made = many(setu, 1)
    bulk(setu, "act", acts=everybody(made))
    events = setu.get(f"/api/signature/{made[0]['id']}/audit").json()["events"]
    signed = [event for event in events if event["activity"] == "signed"]
    assert len(signed) == 2
    assert len({event["metaData"]["signatureDetails"]["serialNumber"] for event in signed}) == 2
    assert [event["activity"] for event in events][2:] == ["opened", "signed"] * 2


def test_a_signature_owed_comes_before_one_made_on_the_page(
    setu: Client, standin: StandIn, clock: Clock
) -> None:
    made = many(setu, 1)
    bulk(setu, "act", acts=everybody(made)[:1])
    standin.sign(made[0]["id"], "b")
    assert sound(setu.file(made[0]["id"]).content, standin, clock.now()) == [True, True]


def test_notifications_can_be_withheld_and_handed_out(setu: Client, posted: list[bytes]) -> None:
    made = many(setu, 1)
    acts = bulk(setu, "act", acts=everybody(made), notify="withhold")["acts"]
    assert posted == []
    held = setu.get("/__control__/deliveries", params={"state": "held"}).json()
    assert [each["body"] for each in held] == [each["notification"] for each in acts]
    last = acts[1]["delivery"]
    assert setu.post("/__control__/release", json={"index": last}).json() == {"released": 1}
    assert [esign(body)["status"] for body in posted] == ["sign_complete"]
    assert setu.post("/__control__/release").json() == {"released": 1}
    assert [esign(body)["status"] for body in posted] == ["sign_complete", "sign_pending"]


def test_notifications_can_be_left_out(setu: Client, standin: StandIn) -> None:
    made = many(setu, 1)
    acts = bulk(setu, "act", acts=everybody(made), notify="skip")["acts"]
    assert [each["notification"] for each in acts] == [None, None]
    assert standin.deliveries == []
    handed = setu.get("/__control__/notification", params={"requestId": made[0]["id"]}).json()
    assert handed["data"]["esign"]["status"] == "sign_complete"


def test_failures_in_bulk_and_whoever_cannot_act(setu: Client, standin: StandIn) -> None:
    made = many(setu, 1)
    standin.open(made[0]["id"], "a")
    acts = [*reversed(everybody(made, errCode="otp_expired")), {"requestId": "none", "signerId": "a"}]
    outcomes = bulk(setu, "act", acts=acts)["acts"]
    assert [each.get("error") for each in outcomes] == ["someone_else_is_signing", None, "document_not_found"]
    assert setu.now(made[0]["id"])["signers"][0]["errCode"] == "otp_expired"


def test_signatures_owed_survive_a_restart(tmp_path: Any, clock: Clock) -> None:
    first = StandIn(clock=clock, state_dir=tmp_path, control=True)
    with Client(first) as setu:
        made = many(setu, 1)
        bulk(setu, "act", acts=everybody(made))
    first.close()
    second = StandIn(clock=clock, state_dir=tmp_path)
    with Client(second) as setu:
        assert sound(setu.file(made[0]["id"]).content, second, clock.now()) == [True, True]
    second.close()


def test_a_document_that_resists_is_noticed_at_the_download(setu: Client) -> None:
    config = {"signers": [{"signRectangles": [OUTSIDE]}]}
    config_id = setu.post("/api/signature/config", json=config).json()["configId"]
    made = setu.made(configId=config_id, signers=[{"identifier": "a", "displayName": "A", "signerNo": 1}])
    bulk(setu, "act", acts=everybody([made]))
    assert setu.now(made["id"])["status"] == "sign_complete"
    for _ in range(2):
        assert setu.file(made["id"]).status_code == 500


OUTSIDE = {
    "coordinate": {"lowerLeftX": 5000, "lowerLeftY": 0, "upperRightX": 5100, "upperRightY": 50},
    "pages": [0],
}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("requests", {"count": 0}),
        ("requests", {"count": 10_001}),
        ("requests", {"count": True}),
        ("requests", {"client": "stranger"}),
        ("requests", {"documentBase64": "%"}),
        ("requests", {"documentBase64": 7}),
        ("requests", {"documentBase64": "aGVsbG8="}),
        ("requests", {"signers": []}),
        ("requests", {"redirectUrl": "x"}),
        ("act", {"acts": "x"}),
        ("act", {"acts": ["x"]}),
        ("act", {"acts": [{"requestId": "x"}]}),
        ("act", {"acts": [], "notify": "loudly"}),
    ],
)
def test_a_mistake_in_bulk_makes_nothing(
    setu: Client, standin: StandIn, path: str, body: dict[str, Any]
) -> None:
    usual = {"redirectUrl": REDIRECT, "signers": PEOPLE[:1]}
    assert setu.post(f"/__control__/bulk/{path}", json={**usual, **body}).status_code == 400
    assert standin.requests() == []


def test_a_thousand_requests_and_their_signatures_take_about_a_second() -> None:
    with Client(StandIn(control=True)) as setu:
        begun = time.perf_counter()
        made = many(setu, 1000)
        bulk(setu, "act", acts=everybody(made), notify="withhold")
        assert time.perf_counter() - begun < 5  # usually half a second
        assert len(setu.get("/__control__/deliveries", params={"body": "no"}).json()) == 2000
