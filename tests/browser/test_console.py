"""The support console, as a support person goes through it: with no script of its own and nothing from elsewhere."""

import re

from tests.browser.page import Page
from tests.running import Running


def test_a_support_person_goes_through_the_console(page: Page, signflow: Running):
    request = signflow.ask("asha")
    page.open(f"{signflow.web}/admin")
    page.type("#id_username", "admin")
    page.type("#id_password", signflow.password("admin"))
    page.click("input[type=submit]")
    assert "SignFlow support" in page.see("#site-name")
    page.see(".panel h2")

    page.click(".console-nav a", "Signature requests")
    page.see("#result_list tr", request[:8])
    page.click("#changelist-filter a", "Stuck")
    page.until(lambda: "stuck" in page.url, "the list shows the stuck ones only")
    page.click(".console-nav a", "Signature requests")
    page.open(f"{signflow.web}/admin/signing/signaturerequest/{request}/change/")
    assert page.sees(".section h2") >= 3, "signers, submissions and events stand on the page"

    page.click(".doings button", "Look now")
    page.see(".confirm .says")
    page.click(".confirm input[type=submit]", "Look now")
    page.see(".messagelist li.success")
    assert request in page.url, "one is back at the request"

    for words in ("deliveries", "jobs", "people", "users"):
        if page.sees(".console-nav a", words):
            page.click(".console-nav a", words)
            page.see("#changelist")
    page.click("#user-tools button, #user-tools a", "Log out")
    page.see("h1", "Logged out")
    page.open(f"{signflow.web}/admin/")
    page.see("#id_username")
    assert page.problems == []
    assert page.hosts() == {signflow.web.removeprefix("http://")}


def test_a_manager_is_not_let_in(page: Page, signflow: Running):
    page.open(f"{signflow.web}/admin/")
    page.type("#id_username", "manager")
    page.type("#id_password", signflow.password("manager"))
    page.click("input[type=submit]")
    assert re.search("correct", page.see(".errornote"))
