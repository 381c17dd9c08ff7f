"""The control page, and who is kept from it."""

import re
from typing import Any

import httpx
import pytest

from tests.standin import StandIn
from tests.standin.catalogue import KNOWN
from tests.standin.errcodes import ERR_CODES
from tests.standin_tests.client import Client, esign, signer
from tests.standin_tests.page import Page

HOME = "/__control__/"
PAGES = (HOME, f"{HOME}page/deliveries", f"{HOME}page/faults", f"{HOME}page/settings")


def token(setu: Client) -> str:
    found = re.search(r'name="token" value="([^"]+)"', setu.get(f"{HOME}page/settings").text)
    assert found
    return found[1]


def do(setu: Client, action: str, **form: str) -> httpx.Response:
    answer = setu.post(f"{HOME}page/do/{action}", data={"token": token(setu), **form})
    assert answer.status_code == 303
    return setu.get(answer.headers["location"])


@pytest.mark.parametrize("path", [*PAGES, "/__control__", f"{HOME}standin.css", f"{HOME}page/do/reset"])
def test_it_is_absent_unless_asked_for(path: str) -> None:
    with Client(StandIn()) as setu:
        assert setu.get(path).status_code == 404
        assert setu.post(path).status_code == 404


@pytest.mark.parametrize("path", [*PAGES, "/__control__"])
def test_its_pages_come_from_themselves_and_label_every_field(
    setu: Client, standin: StandIn, path: str
) -> None:
    made = setu.made(signer("a"), signer("b"))
    standin.sign(made["id"], "a")
    standin.fault("slow")
    answer = setu.get(path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "form-action 'self';" in policy
    assert (
        answer.headers["referrer-policy"] == "same-origin"
    )  # with none, browsers tell forms' origin as null
    assert "unsafe" not in policy
    page = Page(answer.text)
    assert "script" not in page.tags
    for each in page.fields:
        assert each.get("id") in page.labels or each.get("aria-label"), each
    ids = re.findall(r' id="([^"]+)"', answer.text)
    assert len(ids) == len(set(ids))
    for address in page.addresses:
        assert address.startswith((HOME, "http://setu.test/signature/preview"))
    assert "no legal meaning" in answer.text


def test_it_lists_requests_with_signers_states_and_links(setu: Client, standin: StandIn) -> None:
    made = setu.made(signer("a", displayName="Asha <b>"), signer("b", displayName="Ravi"))
    standin.fail(made["id"], "b", "otp_expired")
    text = setu.get(HOME).text
    for words in ("Asha &lt;b&gt;", "Ravi", "otp_expired", "sign_initiated", "Offer letter", made["id"]):
        assert words in text
    for each in made["signers"]:
        assert each["url"].replace("&", "&amp;") in text
    assert all(f"<option>{code}</option>" in text for code in ERR_CODES)


def test_requests_can_be_searched_and_come_in_pages(setu: Client, standin: StandIn) -> None:
    made = [setu.made(signer(displayName=f"Signer {number}")) for number in range(30)]
    standin.sign(made[3]["id"], "sgn-1")
    text = setu.get(HOME).text
    assert "1 to 25 of 30" in text
    assert made[29]["id"] in text
    assert made[4]["id"] not in text
    assert "start=25" in text
    rest = setu.get(HOME, params={"start": "25"}).text
    assert "26 to 30 of 30" in rest
    assert made[4]["id"] in rest
    only = setu.get(HOME, params={"status": "sign_complete"}).text
    assert [each["id"] in only for each in made].count(True) == 1
    assert made[17]["id"] in setu.get(HOME, params={"q": "signer 17"}).text
    assert "no such request" in setu.get(HOME, params={"q": "nobody"}).text
    assert setu.get(HOME, params={"start": "x"}).status_code == 200


def test_its_buttons_drive_a_signer(setu: Client) -> None:
    made = setu.made(signer("a"), signer("b"))
    ids = [{"requestId": made["id"], "signerId": each["id"]} for each in made["signers"]]
    assert "Opened" in do(setu, "open", **ids[0]).text
    assert setu.now(made["id"])["status"] == "sign_in_progress"
    assert "someone_else_is_signing" in do(setu, "sign", **ids[1]).text
    do(setu, "fail", **ids[0], errCode="aadhaar_locked")
    do(setu, "decline", **ids[1])
    codes = [each["errCode"] for each in setu.now(made["id"])["signers"]]
    assert codes == ["aadhaar_locked", "signer_declined"]
    assert "Signed." in do(setu, "sign", **ids[0]).text
    assert "document_already_signed" in do(setu, "sign", **ids[0]).text
    do(setu, "delete", requestId=made["id"])
    assert setu.get(f"/api/signature/{made['id']}").status_code == 404
    assert "signature_request_not_found" in do(setu, "delete", requestId=made["id"]).text


def test_it_lists_notifications_and_sends_them(setu: Client, standin: StandIn, posted: list[bytes]) -> None:
    made = setu.made(signer("a"), signer("b"))
    standin.fault("callback_delayed")
    standin.sign(made["id"], "a")
    standin.fault("callback_refused", status=502)
    standin.sign(made["id"], "b")
    text = setu.get(PAGES[1]).text
    assert "when released" in text
    assert "502, 200" in text
    assert made["id"] in text
    text = do(setu, "release", back="deliveries").text
    assert "Released." in text
    do(setu, "redeliver", index="0", back="deliveries")
    assert [esign(body)["status"] for body in posted] == ["sign_complete"] * 2 + ["sign_pending"] * 2
    assert "There is none" in do(setu, "redeliver", index="77").text
    assert "no such notification" in setu.get(PAGES[1], params={"state": "lost"}).text


def test_a_long_answer_of_the_receiver_is_shown_once(setu: Client, standin: StandIn) -> None:
    standin.fault("callback_refused", times=2, status=0)
    standin.sign(setu.made()["id"], "sgn-1")
    assert "no answer, as asked for (2 times), 200" in setu.get(PAGES[1]).text


def test_every_fault_has_a_switch_with_a_sentence(setu: Client, standin: StandIn) -> None:
    page = setu.get(PAGES[2]).text
    for name, kind in KNOWN.items():
        assert f"<h3>{name}</h3>" in page
        assert kind.does.replace("'", "&#39;") in page
        do(setu, "faults", fault=name, times="2", endpoint=kind.endpoints[-1])
    assert [(each["name"], each["times"]) for each in setu.get(f"{HOME}faults").json()] == [
        (name, 2) for name in KNOWN
    ]
    assert "Removed." in do(setu, "faults/remove", id="1").text
    assert len(setu.get(f"{HOME}faults").json()) == len(KNOWN) - 1
    do(setu, "faults/clear")
    assert setu.get(f"{HOME}faults").json() == []


def test_a_faults_form_is_read_with_its_arguments(setu: Client) -> None:
    form = {
        "fault": "status",
        "endpoint": "any",
        "status": "429",
        "retry_after": "7",
        "always": "yes",
        "times": "9",
    }
    do(setu, "faults", **form, requestId="r-1")
    (queued,) = setu.get(f"{HOME}faults").json()
    assert queued["args"] == {"status": 429, "html": False, "retry_after": 7}
    assert (queued["times"], queued["request_id"], queued["endpoint"]) == (None, "r-1", "any")
    for wrong in ({"fault": "x"}, {"fault": "slow", "seconds": "x"}, {"fault": "slow", "times": "0"}):
        assert 'class="said bad"' in do(setu, "faults", **wrong).text
    assert len(setu.get(f"{HOME}faults").json()) == 1


def test_it_moves_the_clock_switches_and_forgets(setu: Client, standin: StandIn) -> None:
    made = setu.made()
    standin.open(made["id"], "sgn-1")
    do(setu, "clock", advance="900", back="settings")
    assert setu.now(made["id"])["status"] == "sign_initiated"
    assert "must be a number" in do(setu, "clock", advance="soon").text
    do(
        setu,
        "switches",
        naive_join="yes",
        name_match="show",
        name_threshold="50",
        download_404="document_not_found",
    )
    switches = setu.get(f"{HOME}switches").json()
    assert (switches["naive_join"], switches["name_match"], switches["name_threshold"]) == (True, "show", 50)
    assert switches["empty_trace"] is False
    assert "checked" in setu.get(PAGES[3]).text
    do(setu, "reset")
    assert standin.requests() == []


def test_a_form_without_the_pages_token_does_nothing(setu: Client, standin: StandIn) -> None:
    setu.made()
    for given in ({}, {"token": "wrong"}, {"token": "é"}):
        answer = setu.post(f"{HOME}page/do/reset", data=given)
        assert "try again" in setu.get(answer.headers["location"]).text
    assert len(standin.requests()) == 1


def test_listings_can_be_narrowed(setu: Client, standin: StandIn) -> None:
    made = [setu.made() for _ in range(3)]
    for each in made:
        standin.sign(each["id"], "sgn-1")

    def ask(path: str, **query: Any) -> Any:
        return setu.get(f"{HOME}{path}", params=query).json()

    assert [each["id"] for each in ask("requests", limit=1, offset=1)] == [made[1]["id"]]
    assert [each["id"] for each in ask("requests", requestId=made[2]["id"])] == [made[2]["id"]]
    assert ask("requests", status="sign_pending") == []
    assert [each["index"] for each in ask("deliveries", since=1, body="no")] == [1, 2]
    assert "body" not in ask("deliveries", body="no")[0]
    assert [each["index"] for each in ask("deliveries", requestId=made[0]["id"])] == [0]
    assert setu.get(f"{HOME}requests", params={"limit": "x"}).status_code == 400
    assert set(ask("catalogue")) == set(KNOWN)
