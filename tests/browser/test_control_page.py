"""The stand-in's control page: signers are driven, faults switched on and off."""

from tests.browser.page import Page
from tests.running import Running


def test_a_signer_is_driven_from_the_control_page(page: Page, signflow: Running):
    request = signflow.ask("ravi", document="Driven by hand")
    page.open(f"{signflow.standin}/__control__/")
    mine = "article.request:has(h2):is(:first-of-type)"
    assert "Driven by hand" in page.see(mine)
    page.click("button", "sign", within=mine)
    assert page.see("[role=status]") == "Signed."
    page.see(".state", "sign_complete", within=mine)
    signflow.until(lambda: signflow.status(request) == "sign_complete", "SignFlow knows of it")
    page.click(".tabs a", "Notifications")
    page.see(".state", "delivered")
    assert page.problems == []


def test_a_fault_is_switched_on_strikes_and_is_switched_off(page: Page, signflow: Running):
    page.open(f"{signflow.standin}/__control__/page/faults")
    page.see(".card", "None: everything works as Setu documents it.")
    fault = ".fault:has(#redirect_missing-times)"
    page.click("#redirect_missing-always", within=fault)
    page.click("button", "Queue", within=fault)
    page.see("td", "until removed")

    signer = signflow.signing_page(signflow.ask("asha"), "asha")
    page.open(signer)
    page.click("button", "Decline to sign")
    page.see("h1", "Done")

    page.open(f"{signflow.standin}/__control__/page/faults")
    page.click("td button", "remove")
    page.see(".card", "None: everything works as Setu documents it.")
    assert page.problems == []
