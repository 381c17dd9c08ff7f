"""What the pages name is there: pages, files, figures."""

import re

import pytest

from core.metrics import scrape
from dev.stack import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_files_named_are_there(page):
    text = page.read_text()
    for link in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (page.parent / link).exists(), link
    for path in re.findall(r"`((?:core|signing|webhooks|signflow|tests|dev|bench|docs)/[\w./]*)`", text):
        assert (ROOT / path).exists(), path


def test_the_table_of_contents_has_every_page():
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (ROOT / "docs" / "README.md").read_text()))
    assert listed == {page.name for page in PAGES} - {"README.md"}


@pytest.mark.django_db
def test_each_figure_is_explained_and_each_one_named_exists():
    measured = set(re.findall(r"^# TYPE (signflow_\w+)", scrape().decode(), flags=re.MULTILINE))
    assert set(re.findall(r"\b(signflow_\w+)", OPERATIONS)) == measured
