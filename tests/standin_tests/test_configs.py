"""Signing configs, and signers whose signature is not required."""

import uuid
from typing import Any

import pytest

from tests.standin import Clock, SessionRefused, StandIn
from tests.standin_tests.client import Client, contract, error
from tests.standin_tests.pdf import marks, sound

BOX = {"lowerLeftX": 40, "lowerLeftY": 50.5, "upperRightX": 200, "upperRightY": 110}


def place(optional: bool = False, pages: Any = (0,), **box: Any) -> dict[str, Any]:
    return {"optional": optional, "signRectangles": [{"coordinate": {**BOX, **box}, "pages": list(pages)}]}


def config(setu: Client, *signers: dict[str, Any], **body: Any) -> Any:
    return setu.post("/api/signature/config", json={"signers": list(signers), **body})


def by_config(config_id: str, *numbers: Any, key: str = "signerNo", **changes: Any) -> dict[str, Any]:
    """What a create by config says beside its document."""
    people = [{"identifier": f"sgn-{no}", "displayName": f"Signer {no}", key: no} for no in numbers]
    return {"configId": config_id, "signers": people, **changes}


@pytest.fixture
def optional_second(setu: Client) -> str:
    answer = config(setu, place(), place(optional=True, lowerLeftX=300, upperRightX=500, pages=[1]))
    assert answer.status_code == 201
    found: str = answer.json()["configId"]
    return found


def test_a_config_is_made_read_and_changed(setu: Client) -> None:
    made = config(setu, place())
    assert set(made.json()) == {"configId", "traceId"}
    url = f"/api/signature/config/{made.json()['configId']}"
    assert setu.get(url).json()["config"] == {"signers": [place()]}
    body = {"configId": made.json()["configId"], "config": {"signers": [place(optional=True)]}}
    changed = setu.put("/api/signature/config", json=body)
    assert (changed.status_code, changed.json()["versionNo"]) == (200, 2)
    assert setu.get(url).json()["config"]["signers"][0]["optional"] is True
    assert setu.get(f"{url}/1").json()["config"]["signers"][0]["optional"] is False


def test_the_client_may_choose_a_configs_id_once(setu: Client) -> None:
    chosen = str(uuid.uuid4())
    assert config(setu, place(), configId=chosen).json()["configId"] == chosen
    assert error(config(setu, place(), configId=chosen)) == (400, "invalid_payload")


def test_a_config_nobody_made_is_not_found(setu: Client, optional_second: str) -> None:
    stranger = str(uuid.uuid4())
    assert error(setu.get(f"/api/signature/config/{stranger}")) == (404, "config_id_not_found")
    assert error(setu.get(f"/api/signature/config/{optional_second}/2")) == (404, "config_id_not_found")
    body = {"configId": stranger, "config": {"signers": [place()]}}
    assert error(setu.put("/api/signature/config", json=body)) == (404, "config_id_not_found")
    assert error(setu.create(**by_config(stranger, 1))) == (404, "config_id_not_found")


@pytest.mark.parametrize(
    "signers",
    [
        [],
        "x",
        ["x"],
        [{"optional": False}],
        [{"optional": 1, "signRectangles": place()["signRectangles"]}],
        [{"signRectangles": [{"coordinate": BOX}]}],
        [place(pages=["1"])],
        [place(pages=[-1])],
        [place(pages=[])],
        [place(upperRightX=10)],
        [place(lowerLeftX="1")],
        [place(lowerLeftX=True)],
    ],
)
def test_a_config_that_is_wrong_is_an_invalid_payload(setu: Client, signers: Any) -> None:
    answer = setu.post("/api/signature/config", json={"signers": signers})
    assert error(answer) == (400, "invalid_payload")


@pytest.mark.parametrize("numbers", [(0,), (3,), (1, 1), ("1",), (True,), (None,)])
def test_signers_must_name_their_own_place_in_the_config(
    setu: Client, optional_second: str, numbers: tuple[Any, ...]
) -> None:
    assert error(setu.create(**by_config(optional_second, *numbers))) == (400, "invalid_payload")


def test_a_page_beyond_the_document_is_refused(setu: Client) -> None:
    config_id = config(setu, place(pages=[2])).json()["configId"]
    assert error(setu.create(**by_config(config_id, 1))) == (400, "invalid_payload")


@pytest.mark.parametrize("key", ["signerNo", "signerConfigNumber"])
def test_the_mark_is_in_the_configs_rectangle(setu: Client, standin: StandIn, clock: Clock, key: str) -> None:
    config_id = config(setu, place(pages=[0, 1]), place(lowerLeftX=300, upperRightX=500)).json()["configId"]
    made = setu.made(**by_config(config_id, 2, 1, key=key))
    standin.sign(made["id"], "sgn-2")
    standin.sign(made["id"], "sgn-1")
    content = setu.file(made["id"]).content
    found = sorted((page, box) for page, box, _ in marks(content))
    assert found == [
        (1, [40, 50.5, 200, 110]),
        (1, [300, 50.5, 500, 110]),
        (2, [40, 50.5, 200, 110]),
    ]
    assert sound(content, standin, clock.now()) == [True, True]


def test_a_request_is_complete_without_its_optional_signer(
    setu: Client, standin: StandIn, clock: Clock, optional_second: str
) -> None:
    made = setu.made(**by_config(optional_second, 1, 2))
    standin.sign(made["id"], "sgn-1")
    now = setu.now(made["id"])
    assert (now["status"], [each["status"] for each in now["signers"]]) == (
        "sign_complete",
        ["signed", "pending"],
    )
    assert sound(setu.file(made["id"]).content, standin, clock.now()) == [True]
    with pytest.raises(SessionRefused, match="too_late"):
        standin.open(made["id"], "sgn-2")
    assert "not needed any more" in setu.get(made["signers"][1]["url"]).text


def test_an_optional_signer_may_sign_late_if_so_switched(
    setu: Client, standin: StandIn, clock: Clock, optional_second: str
) -> None:
    standin.switch(late_optional=True)
    made = setu.made(**by_config(optional_second, 1, 2))
    standin.sign(made["id"], "sgn-1")
    standin.open(made["id"], "sgn-2")
    assert setu.now(made["id"])["status"] == "sign_complete"
    standin.sign(made["id"], "sgn-2")
    assert sound(setu.file(made["id"]).content, standin, clock.now()) == [True, True]


def test_optional_signers_alone_must_all_sign(setu: Client, standin: StandIn) -> None:
    config_id = config(setu, place(optional=True), place(optional=True)).json()["configId"]
    made = setu.made(**by_config(config_id, 1, 2))
    assert setu.now(made["id"])["status"] == "sign_initiated"
    standin.sign(made["id"], "sgn-1")
    assert setu.now(made["id"])["status"] == "sign_pending"


def test_the_control_makes_a_signer_optional(setu: Client, standin: StandIn) -> None:
    made = setu.made(*[{**each, "signature": BOTTOM} for each in by_config("", 1, 2)["signers"]])
    body = {"requestId": made["id"], "signerId": "sgn-2", "optional": True}
    assert setu.post("/__control__/optional", json=body).status_code == 200
    standin.sign(made["id"], "sgn-1")
    assert setu.now(made["id"])["status"] == "sign_complete"


BOTTOM = {"onPages": ["1"], "position": "bottom-left"}


def test_a_rectangle_outside_the_page_fails_the_attempt(setu: Client, standin: StandIn) -> None:
    config_id = config(setu, place(lowerLeftX=5000, upperRightX=5100)).json()["configId"]
    document_id = setu.upload(contract(1)).json()["id"]
    made = setu.made(documentId=document_id, **by_config(config_id, 1))
    assert "signature_creation_failure" in standin.sign(made["id"], "sgn-1")


def test_configs_survive_a_restart(tmp_path: Any, clock: Clock) -> None:
    first = StandIn(clock=clock, state_dir=tmp_path)
    with Client(first) as setu:
        config_id = config(setu, place(optional=True)).json()["configId"]
    first.close()
    second = StandIn(clock=clock, state_dir=tmp_path)
    with Client(second) as setu:
        assert setu.get(f"/api/signature/config/{config_id}").json()["versionNo"] == 1
    second.close()
