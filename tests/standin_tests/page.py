"""What tests ask about an HTML page."""

from html.parser import HTMLParser
from typing import Any

from tests.standin_tests.client import Client


class Page(HTMLParser):
    """What of a page the tests ask about."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.labels: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.addresses: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.ids |= {given["id"] or ""} if "id" in given else set()
        self.labels |= {given["for"] or ""} if tag == "label" else set()
        self.addresses += [given[name] or "" for name in ("src", "href", "action") if name in given]
        if tag == "img":
            self.images.append(given)
        if tag in ("input", "select") and given.get("type") != "hidden":
            self.fields.append(given)
        assert "style" not in given, "the policy allows no style of an element's own"
        assert not any(name.startswith("on") for name in given)


def open_page(setu: Client, made: dict[str, Any], number: int = 0) -> tuple[str, Page]:
    answer = setu.get(made["signers"][number]["url"])
    assert answer.status_code == 200
    return answer.text, Page(answer.text)
