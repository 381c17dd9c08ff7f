"""The page of the API's documentation, as a person works with it: unfold, try it out, fill in, execute, read."""

import json
from pathlib import Path
from typing import Any

from tests.browser.page import Page


class DocsPage:
    def __init__(self, page: Page, web: str) -> None:
        self.page = page
        page.open(f"{web}/api/docs/")

    def authorize(self, username: str, password: str) -> None:
        """Sign in by calling the API's own operation, then hand the token over to the page."""
        login = {"username": username, "password": password}
        access = self.call("POST", "/api/token/", body=login)["access"]
        self.page.click("button.authorize", "Authorize")
        self.page.see(".modal-ux button", "Close")
        if self.page.sees(".modal-ux button", "Logout"):
            self.page.click(".modal-ux button", "Logout")
        self.page.type(".auth-container input", access)
        self.page.click(".modal-ux button", "Authorize")
        self.page.see(".modal-ux button", "Logout")
        self.page.click(".modal-ux button", "Close")

    def call(
        self,
        method: str,
        path: str,
        fields: dict[str, str] | None = None,
        *,
        body: Any = None,
        file: Path | None = None,
    ) -> Any:
        """Execute one operation. Returns what the page shows as the answer's body."""
        page = self.page
        block = f'.opblock-{method.lower()}:has([data-path="{path}"])'
        if not page.sees(".opblock-body", within=block):
            page.click(".opblock-summary-control", within=block)
        page.see(".try-out button", within=block)
        if page.sees(".try-out button", "Try it out", within=block):
            page.click(".try-out button", "Try it out", within=block)
        for name, value in (fields or {}).items():
            row = f'{block} tr:is([data-param-name="{name}"], [data-property-name="{name}"])'
            page.type("input", value, within=row)
        if body is not None:
            page.type("textarea", json.dumps(body), within=block)
        if file is not None:
            page.attach("input[type=file]", file, within=block)
        if page.sees("button.btn-clear", within=block):
            page.click("button.btn-clear", within=block)
        page.click("button.execute", within=block)
        shown = page.see(".live-responses-table .response-col_description .highlight-code pre", within=block)
        return json.loads(shown)
