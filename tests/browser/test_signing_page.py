"""The stand-in's signing page on a phone, in every state a signer may find it in."""

import pytest

from tests.browser.conftest import Opens
from tests.browser.page import PHONE, Page
from tests.running import Running


@pytest.fixture
def phone(opens: Opens) -> Page:
    return opens(PHONE)


def test_a_contract_can_be_signed_on_a_phone(phone: Page, signflow: Running):
    request = signflow.ask("asha")
    phone.open(signflow.link(request, "asha"))
    phone.see("h1", "Service agreement")
    assert phone.width() <= PHONE[0]
    phone.click("a.jump", "Go to signing")
    phone.type("#otp", "654321")
    phone.click("#consent")
    phone.click("button", "Sign document")
    assert "2 tries are left" in phone.see("[role=alert]")
    assert phone.width() <= PHONE[0]
    phone.type("#otp", phone.see(".message strong"))
    phone.click("#consent")
    phone.click("button", "Sign document")
    phone.see_url("/api/docs/")
    signflow.until(lambda: signflow.status(request) == "sign_complete", "it is complete")
    assert [said for said in phone.problems if "400" not in said] == []  # the wrong password's answer


def test_without_the_tick_that_one_agrees_nothing_is_sent(phone: Page, signflow: Running):
    phone.open(signflow.link(signflow.ask("asha"), "asha"))
    phone.type("#otp", phone.see(".message strong"))
    phone.click("button", "Sign document")
    assert phone.js("document.activeElement.id") == "consent"
    assert "/signature/preview" in phone.url


def test_a_signer_declines_and_signflow_knows_of_it(phone: Page, signflow: Running):
    request = signflow.ask("asha")
    phone.open(signflow.link(request, "asha"))
    phone.click("button", "Decline to sign")
    phone.see_url("/api/docs/")
    signers = lambda: signflow.call("asha", f"signature/{request}/")["signers"]  # noqa: E731
    signflow.until(lambda: signers()[0]["status"] == "declined", "she has declined")


def test_an_attempt_fails_with_the_code_one_chooses(phone: Page, signflow: Running):
    request = signflow.ask("asha")
    address = signflow.signing_page(request, "asha")
    phone.open(address)
    phone.click("summary", "Rehearse something else")
    phone.choose("#errCode", "otp_expired")
    phone.click("button", "Fail with this code")
    phone.see_url("/api/docs/")
    phone.open(address)
    assert "one-time password has expired" in phone.see(".hint")


def test_who_cannot_sign_just_now_is_told_why(opens: Opens, signflow: Running):
    request = signflow.ask("asha", "ravi")
    pages = {name: signflow.signing_page(request, name) for name in ("asha", "ravi")}
    asha, ravi = opens(PHONE), opens(PHONE)
    asha.open(pages["asha"])
    asha.see("button", "Sign document")
    ravi.open(pages["ravi"])
    ravi.see("h1", "Someone else is signing")
    assert ravi.width() <= PHONE[0]
    asha.type("#otp", asha.see(".message strong"))
    asha.click("#consent")
    asha.click("button", "Sign document")
    asha.see_url("/api/docs/")
    ravi.click("a", "Try again")
    ravi.see("button", "Sign document")
    asha.open(pages["asha"])
    asha.see("h1", "You have already signed")
    signflow.control("delete", requestId=_setu_id(pages["ravi"]))
    ravi.open(pages["ravi"])
    ravi.see("h1", "This document is gone")


def _setu_id(address: str) -> str:
    return address.split("requestId=")[1].split("&")[0]
