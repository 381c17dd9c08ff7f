"""The page of the API's documentation: all of it comes from here, and it fits a phone."""

import re

import pytest

from tests.browser.conftest import Opens
from tests.browser.page import DESKTOP, PHONE, Page
from tests.running import Running


def test_the_documentation_works_without_any_other_host(page: Page, signflow: Running):
    page.open(f"{signflow.web}/api/docs")
    page.see_url("/api/docs/")
    blocks = page.until(lambda: page.sees(".opblock"), "the operations are listed")
    paths = signflow.http.get(f"{signflow.web}/api/openapi.json").json()["paths"]
    assert blocks == sum(len(operations) for operations in paths.values())
    page.click(".opblock-summary-control", within='.opblock-post:has([data-path="/api/token/"])')
    page.see(".opblock-body .opblock-description", within='.opblock-post:has([data-path="/api/token/"])')
    assert page.hosts() == {signflow.web.removeprefix("http://")}
    assert page.problems == []


def test_the_documentation_names_nothing_that_lies_elsewhere_and_holds_no_script_of_its_own(
    signflow: Running,
):
    page = signflow.http.get(f"{signflow.web}/api/docs/").text
    assert re.findall(r'(?:src|href)="(?!/)[^"]*"', page) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", page) == []
    assert "<style" not in page


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_documentation_does_not_scroll_sideways(opens: Opens, signflow: Running, size: tuple[int, int]):
    page = opens(size)
    page.open(f"{signflow.web}/api/docs/")
    page.see(".opblock")
    assert page.width() <= size[0]
