"""The support console, as a support person goes through it: with no script of its own and nothing from elsewhere."""

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
    page.click("#changelist-filter a", "stuck: any of these")
    page.see(".nothing", "Nothing matches")
    page.click(".nothing a", "Show all")
    page.click(f'#result_list a[href*="{request}"]')
    page.see(".section h2", "What happened")
    assert page.sees(".section h2") >= 3, "signers and submissions stand on the page as well"
    here = page.url

    page.click(".doings button", "Look now")
    page.see(".confirm .says")
    page.click(".confirm input[type=submit]", "Look now")
    page.see(".messagelist li.success")
    assert page.url.split("?")[0] == here.split("?")[0], "one is back at the request"

    for words in ("Deliveries", "Jobs", "Users"):
        page.click(".console-nav a", words)
        page.see("#content h1", words)
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
    assert "correct" in page.see(".errornote")
