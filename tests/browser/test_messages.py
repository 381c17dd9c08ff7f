"""Pages with one message, as people meet them: whole, in our own look, on a desktop and on a phone."""

import pytest

from tests.browser.conftest import Opens
from tests.browser.page import DESKTOP, PHONE, Page
from tests.running import Running


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def tab(request: pytest.FixtureRequest, opens: Opens) -> Page:
    return opens(request.param)


def shown(page: Page, address: str, title: str) -> str:
    """The page's sentence, once it is known to look as it should."""
    page.open(address)
    assert page.see("h1") == title
    width, height = page.js("[innerWidth, innerHeight]")
    assert page.width() <= width, "nothing scrolls sideways"
    button = page.js(
        "(b => [b.left, b.right, b.bottom])(document.querySelector('main a').getBoundingClientRect())"
    )
    assert button[0] >= 0
    assert button[1] <= width
    assert button[2] <= height, "the way on is in sight"
    ground = "getComputedStyle(document.querySelector('main')).backgroundColor"
    assert page.js(ground) == "rgb(255, 255, 255)", "the style is there"
    assert [said for said in page.problems if "status of 4" not in said] == []
    return page.see("main p")


def test_an_address_of_ones_own_making(tab: Page, signflow: Running):
    assert "nothing at this address" in shown(tab, f"{signflow.web}/nowhere", "Not found")
    tab.click("main a", "Back to SignFlow")
    tab.see_url("/api/docs/")


def test_a_signing_link_whose_time_is_over(tab: Page, signflow: Running):
    assert "expired" in shown(tab, signflow.expired("s"), "This link has expired")


def test_a_file_link_whose_time_is_over(tab: Page, signflow: Running):
    assert "expired" in shown(tab, signflow.expired("files"), "This link has expired")


def test_somebody_else_is_signing(tab: Page, signflow: Running):
    request = signflow.ask("asha", "ravi")
    link = signflow.link(request, "ravi")
    opens_it = signflow.signing_page(request, "asha")
    signflow.http.get(opens_it).raise_for_status()
    signflow.call("manager", f"signature/{request}/check/", json={})
    signers = lambda: signflow.call("ravi", f"signature/{request}/")["signers"]  # noqa: E731
    signflow.until(lambda: "in_progress" in {one["status"] for one in signers()}, "her session is seen")
    assert "a few minutes" in shown(tab, link, "It is not your turn")
