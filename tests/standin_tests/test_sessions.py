"""The state machine: sessions, results, and the page behind a signer's link."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.standin import Clock, SessionRefused, StandIn
from tests.standin_tests.client import Client, error, signer

ONE_OF_TWO = (signer("a", displayName="Asha"), signer("b", displayName="Ravi"))


def states(setu: Client, request_id: str) -> tuple[str, ...]:
    now = setu.now(request_id)
    return (now["status"], *(each["status"] for each in now["signers"]))


def test_opening_a_link_starts_the_session(setu: Client) -> None:
    made = setu.made(*ONE_OF_TWO)
    assert setu.get(made["signers"][0]["url"]).status_code == 200
    assert states(setu, made["id"]) == ("sign_in_progress", "in_progress", "pending")


def test_two_signers_go_through_pending_to_complete(setu: Client, standin: StandIn) -> None:
    made = setu.made(*ONE_OF_TWO)
    standin.sign(made["id"], "a")
    assert states(setu, made["id"]) == ("sign_pending", "signed", "pending")
    standin.open(made["id"], "b")
    assert states(setu, made["id"]) == ("sign_in_progress", "signed", "in_progress")
    standin.sign(made["id"], "b")
    assert states(setu, made["id"]) == ("sign_complete", "signed", "signed")


def test_a_signer_who_signed_has_details_and_no_error(setu: Client, standin: StandIn) -> None:
    made = setu.made(signer(birthYear="1990"))
    standin.fail(made["id"], "sgn-1", "otp_expired")
    standin.sign(made["id"], "sgn-1")
    asha = setu.now(made["id"])["signers"][0]
    assert asha["errCode"] is None
    assert asha["signatureDetails"] == {
        "aadhaarName": "Asha Rao",
        "aadhaarSuffix": "0000",
        "birthYear": "1990",
        "gender": "F",
        "postalCode": "000000",
    }


def test_while_one_signs_the_other_waits(setu: Client, standin: StandIn) -> None:
    made = setu.made(*ONE_OF_TWO)
    setu.get(made["signers"][0]["url"])
    answer = setu.get(made["signers"][1]["url"])
    assert answer.status_code == 409
    assert "Someone else is signing" in answer.text
    assert setu.submit(made, "sign", 1).status_code == 409
    with pytest.raises(SessionRefused, match="someone_else_is_signing"):
        standin.sign(made["id"], "b")
    assert states(setu, made["id"]) == ("sign_in_progress", "in_progress", "pending")


def test_a_session_ends_after_fifteen_minutes(
    setu: Client, standin: StandIn, clock: Clock, posted: list[bytes]
) -> None:
    made = setu.made(*ONE_OF_TWO)
    standin.sign(made["id"], "b")
    standin.open(made["id"], "a")
    clock.advance(14 * 60)
    assert states(setu, made["id"])[0] == "sign_in_progress"
    clock.advance(61)
    assert states(setu, made["id"]) == ("sign_pending", "pending", "signed")
    assert setu.now(made["id"])["signers"][0]["errCode"] == "session_expired"
    assert len(posted) == 1  # b's signature: an expiry is not notified


def test_opening_again_does_not_prolong_the_session(setu: Client, standin: StandIn, clock: Clock) -> None:
    made = setu.made()
    standin.open(made["id"], "sgn-1")
    clock.advance(10 * 60)
    standin.open(made["id"], "sgn-1")
    clock.advance(6 * 60)
    assert states(setu, made["id"]) == ("sign_initiated", "pending")


def test_a_result_after_the_expiry_is_too_late(setu: Client, standin: StandIn, clock: Clock) -> None:
    made = setu.made()
    setu.get(made["signers"][0]["url"])
    clock.advance(16 * 60)
    answer = setu.submit(made, "sign")
    assert answer.status_code == 303
    assert "errCode=session_expired" in answer.headers["location"]
    assert states(setu, made["id"]) == ("sign_initiated", "pending")


@pytest.mark.parametrize("before", [0, 1])
def test_a_failure_restores_the_earlier_state(setu: Client, standin: StandIn, before: int) -> None:
    made = setu.made(*ONE_OF_TWO)
    if before:
        standin.sign(made["id"], "b")
    standin.fail(made["id"], "a", "invaild_otp")
    assert states(setu, made["id"])[:2] == (("sign_initiated", "sign_pending")[before], "pending")
    assert setu.now(made["id"])["signers"][0]["errCode"] == "invaild_otp"


def test_a_signed_signer_is_told_so(setu: Client, standin: StandIn) -> None:
    made = setu.made(*ONE_OF_TWO)
    standin.sign(made["id"], "a")
    assert "already signed" in setu.get(made["signers"][0]["url"]).text
    assert "already signed" in setu.submit(made, "decline").text
    assert states(setu, made["id"]) == ("sign_pending", "signed", "pending")
    with pytest.raises(SessionRefused, match="document_already_signed"):
        standin.fail(made["id"], "a", "otp_expired")


def test_a_deleted_requests_links_are_gone(setu: Client, standin: StandIn) -> None:
    made = setu.made()
    setu.get(made["signers"][0]["url"])
    standin.delete(made["id"])
    assert setu.get(made["signers"][0]["url"]).status_code == 404
    assert setu.submit(made, "sign").status_code == 404
    assert setu.get("/signature/preview").status_code == 404


def returned(setu: Client, action: str, redirect: str, **form: str) -> tuple[dict[str, str], dict[str, str]]:
    """The request, and the query its signer's browser is sent back with."""
    made = setu.made(redirectUrl=redirect)
    setu.get(made["signers"][0]["url"])
    answer = setu.submit(made, action, **form)
    assert answer.status_code == 303
    query = parse_qs(urlsplit(answer.headers["location"]).query, strict_parsing=True)
    ids = {"id": made["id"], "signerIdentifier": made["signers"][0]["id"]}
    return ids, {key: value for key, (value,) in query.items()}


def test_signing_sends_the_browser_back_with_success(setu: Client) -> None:
    ids, query = returned(setu, "sign", "https://app.test/return")
    assert query == {**ids, "success": "true"}


def test_a_query_of_ours_survives_the_way_back(setu: Client) -> None:
    ids, query = returned(setu, "sign", "https://app.test/return?s=1#part")
    assert query == {"s": "1", **ids, "success": "true"}


def test_declining_sends_the_browser_back_with_the_code(setu: Client) -> None:
    ids, query = returned(setu, "decline", "https://app.test/return")
    assert query.pop("errorMessage")
    assert query == {**ids, "success": "false", "errCode": "signer_declined"}


def test_failing_sends_the_browser_back_with_the_chosen_code(setu: Client) -> None:
    _, query = returned(setu, "fail", "https://app.test/return", errCode="otp_expired")
    assert query["errCode"] == "otp_expired"


@pytest.mark.parametrize(
    ("action", "form"), [("sign", {"otp": "000000"}), ("fail", {"errCode": "nonsense"}), ("dance", {})]
)
def test_a_wrong_form_leaves_the_session_open(setu: Client, action: str, form: dict[str, str]) -> None:
    made = setu.made()
    setu.get(made["signers"][0]["url"])
    assert setu.submit(made, action, **form).status_code == 400
    assert states(setu, made["id"]) == ("sign_in_progress", "in_progress")


def test_the_page_escapes_what_clients_sent(setu: Client) -> None:
    document_id = setu.upload(name='<script>alert("x")</script>').json()["id"]
    made = setu.made(signer(displayName="<b>Asha"), documentId=document_id, reason="<i>")
    page = setu.get(made["signers"][0]["url"]).text
    assert "no legal meaning" in page
    for raw in ("<script", "<b>Asha", "<i>"):
        assert raw not in page


def test_a_links_preview_by_head_starts_nothing(setu: Client) -> None:
    made = setu.made()
    assert setu.head(made["signers"][0]["url"]).status_code == 200
    assert states(setu, made["id"]) == ("sign_initiated", "pending")


def test_nothing_can_be_downloaded_before_the_last_signature(setu: Client, standin: StandIn) -> None:
    made = setu.made(*ONE_OF_TWO)
    standin.sign(made["id"], "a")
    assert error(setu.get(f"/api/signature/{made['id']}/download")) == (400, "document_not_signed")
