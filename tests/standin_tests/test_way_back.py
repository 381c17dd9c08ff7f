"""The signer's way back, where it is lost, missing, repeated or forged."""

from urllib.parse import urlsplit

import pytest

from tests.standin import ConnectionLost, StandIn
from tests.standin_tests.client import Client, signer
from tests.standin_tests.page import Page, open_page

TWO = (signer("a"), signer("b"))


def test_a_click_that_gets_lost_leaves_the_session_open(setu: Client, standin: StandIn) -> None:
    made = setu.made(*TWO)
    open_page(setu, made)
    standin.fault("session_stuck")
    with pytest.raises(ConnectionLost):
        setu.submit(made, "sign")
    assert setu.now(made["id"])["status"] == "sign_in_progress"
    assert setu.get(made["signers"][1]["url"]).status_code == 409


def test_a_missing_way_back_is_a_page(setu: Client, standin: StandIn) -> None:
    made = setu.made()
    open_page(setu, made)
    standin.fault("redirect_missing")
    answer = setu.submit(made, "sign")
    assert (answer.status_code, "location" in answer.headers) == (200, False)
    assert setu.now(made["id"])["status"] == "sign_complete"


def test_a_repeated_way_back_is_called_by_a_picture_first(setu: Client, standin: StandIn) -> None:
    made = setu.made()
    open_page(setu, made)
    standin.fault("redirect_repeated")
    answer = setu.submit(made, "sign")
    page = Page(answer.text)
    back = [each for each in page.addresses if each.startswith("https://app.test/return?")]
    assert len(back) == 2
    assert back[0] == back[1]
    assert "img-src 'self' https://app.test" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("kind", "success", "same_signer", "same_request"),
    [
        ("opposite", "true", True, True),
        ("unknown_signer", "true", False, True),
        ("unknown_request", "true", True, False),
    ],
)
def test_a_forged_way_back_lies(
    setu: Client, standin: StandIn, kind: str, success: str, same_signer: bool, same_request: bool
) -> None:
    made = setu.made()
    standin.fault("redirect_forged", kind=kind)
    query = urlsplit(standin.decline(made["id"], "sgn-1")).query
    assert f"success={success}" in query
    assert (f"signerIdentifier={made['signers'][0]['id']}" in query) is same_signer
    assert (f"id={made['id']}" in query.split("&")) is same_request
    assert "success=false" in standin.decline(made["id"], "sgn-1")
