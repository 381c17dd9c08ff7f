"""Where Setu's documentation leaves a choice: each reading can be had."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.standin import Clock, StandIn
from tests.standin.namematch import name_match
from tests.standin_tests.client import Client, error, esign, signer


def test_a_failure_may_show_as_pending_until_somebody_signs(
    setu: Client, standin: StandIn, clock: Clock
) -> None:
    standin.switch(failure_is_pending=True)
    made = setu.made(signer("a"), signer("b"))
    assert setu.now(made["id"])["status"] == "sign_initiated"
    standin.fail(made["id"], "a", "otp_expired")
    assert setu.now(made["id"])["status"] == "sign_pending"
    assert esign(standin.deliveries[-1].body)["status"] == "sign_pending"
    expired = setu.made()
    standin.open(expired["id"], "sgn-1")
    clock.advance(901)
    assert setu.now(expired["id"])["status"] == "sign_pending"


def test_the_way_back_may_be_joined_naively_and_in_capitals(setu: Client, standin: StandIn) -> None:
    standin.switch(naive_join=True, capital_booleans=True)
    made = setu.made(redirectUrl="https://app.test/return?s=1")
    back = standin.decline(made["id"], "sgn-1")
    assert back.startswith(f"https://app.test/return?s=1?id={made['id']}&success=False&")
    assert "success=True" in urlsplit(standin.sign(made["id"], "sgn-1")).query


def test_the_code_of_a_missing_download_may_be_the_documents(setu: Client, standin: StandIn) -> None:
    assert error(setu.get("/api/signature/none/download")) == (404, "signature_request_not_found")
    standin.switch(download_404="document_not_found")
    assert error(setu.get("/api/signature/none/download")) == (404, "document_not_found")
    assert error(setu.get("/api/signature/none")) == (404, "signature_request_not_found")
    assert error(setu.get(f"/api/signature/{setu.made()['id']}/download")) == (400, "document_not_signed")


def test_trace_ids_of_errors_may_be_empty(setu: Client, standin: StandIn) -> None:
    standin.switch(empty_trace=True)
    assert setu.get("/api/signature/none").json()["error"]["traceId"] == ""
    assert setu.made()["traceId"] != ""


def test_names_are_not_compared_unless_switched_on(setu: Client, standin: StandIn) -> None:
    made = setu.made()
    setu.get(made["signers"][0]["url"])
    setu.submit(made, "sign", aadhaarName="Somebody Else")
    assert "nameMatchDetails" not in setu.now(made["id"])["signers"][0]


def test_a_name_that_differs_is_shown_or_rejected(
    setu: Client, standin: StandIn, posted: list[bytes]
) -> None:
    standin.switch(name_match="show")
    made = setu.made()
    setu.get(made["signers"][0]["url"])
    assert "success=true" in setu.submit(made, "sign", aadhaarName="Somebody Else").headers["location"]
    found = setu.now(made["id"])["signers"][0]
    assert set(found["nameMatchDetails"]) == {"optimisticMatchOutput", "pessimisticMatchOutput"}
    assert found["signatureDetails"]["aadhaarName"] == "Somebody Else"
    assert esign(posted[-1])["signers"][0]["nameMatchDetails"] == found["nameMatchDetails"]

    standin.switch(name_match="reject")
    made = setu.made()
    setu.get(made["signers"][0]["url"])
    answer = setu.submit(made, "sign", aadhaarName="Somebody Else")
    assert "errCode=name_match_error" in answer.headers["location"]
    assert setu.now(made["id"])["signers"][0]["errCode"] == "name_match_error"


@pytest.mark.parametrize(
    ("given", "year", "code"),
    [("1990", "1991", "yob_match_error"), ("1990", "1990", None), (None, "1991", None)],
)
def test_a_year_of_birth_is_compared_where_one_was_given(
    setu: Client, standin: StandIn, given: str | None, year: str, code: str | None
) -> None:
    standin.switch(name_match="reject")
    made = setu.made(signer(**({"birthYear": given} if given else {})))
    setu.get(made["signers"][0]["url"])
    setu.submit(made, "sign", aadhaarYear=year)
    assert setu.now(made["id"])["signers"][0]["errCode"] == code


@pytest.mark.parametrize(
    ("given", "aadhaar", "optimistic", "pessimistic"),
    [
        ("Asha Rao", "ASHA RAO", "COMPLETE_MATCH", "COMPLETE_MATCH"),
        ("Asha Rao", "Rao Asha", "COMPLETE_MATCH", "LOW_PARTIAL_MATCH"),
        ("Asha Rao", "Asha Lakshmi Rao", "COMPLETE_MATCH", "MODERATE_PARTIAL_MATCH"),
        ("Asha Rao", "Asha Roa", "HIGH_PARTIAL_MATCH", "HIGH_PARTIAL_MATCH"),
        ("Asha Rao", "Zyx", "NO_MATCH", "NO_MATCH"),
        ("", "Asha", "NO_MATCH", "NO_MATCH"),
    ],
)
def test_names_match_more_or_less(given: str, aadhaar: str, optimistic: str, pessimistic: str) -> None:
    found = name_match(given, aadhaar)
    assert found["optimisticMatchOutput"]["match_type"] == optimistic
    assert found["pessimisticMatchOutput"]["match_type"] == pessimistic


@pytest.mark.parametrize(
    "wrong",
    [
        {"loud": True},
        {"naive_join": "yes"},
        {"name_threshold": True},
        {"name_threshold": 101},
        {"download_404": "gone"},
        {"name_match": False},
    ],
)
def test_a_wrong_switch_changes_nothing(setu: Client, wrong: dict[str, Any]) -> None:
    before = setu.get("/__control__/switches").json()
    assert setu.post("/__control__/switches", json={"empty_trace": True, **wrong}).status_code == 400
    assert setu.get("/__control__/switches").json() == before


def test_switches_and_the_clock_survive_a_restart_and_end_with_a_reset(tmp_path: Path) -> None:
    first = StandIn(state_dir=tmp_path, control=True)
    with Client(first) as setu:
        setu.post("/__control__/switches", json={"empty_trace": True})
        setu.post("/__control__/clock", json={"advance": 5000})
        setu.post("/__control__/faults", json={"fault": "slow", "times": 7})
        setu.post("/__control__/faults", json={"fault": "empty", "times": None})
    first.close()
    second = StandIn(state_dir=tmp_path, control=True)
    with Client(second) as setu:
        assert setu.get("/__control__/switches").json()["empty_trace"] is True
        assert setu.get("/__control__/clock").json()["offset"] == 5000
        assert [each["times"] for each in setu.get("/__control__/faults").json()] == [7, None]
        setu.post("/__control__/reset")
    second.close()
    third = StandIn(state_dir=tmp_path, control=True)
    with Client(third) as setu:
        assert setu.get("/__control__/switches").json()["empty_trace"] is False
        assert setu.get("/__control__/clock").json()["offset"] == 0
        assert setu.get("/__control__/faults").json() == []
    third.close()
