"""One `make run` and one Chromium for all of these tests; a new profile for each page."""

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium, found
from tests.browser.page import DESKTOP, Page
from tests.running import Running, running

ABSENT = "Chromium is absent, so no page was looked at. Debian: apt-get install chromium"
Opens = Callable[..., Page]
FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("slow")
            item.add_marker("sqlite")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if any(ABSENT in f"{report.longrepr}" for report in skipped):
        terminalreporter.write_line(f"\n!!!! SKIPPED: {ABSENT} !!!!\n", red=True)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    path = found()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(ABSENT)
    browser = Chromium(path, tmp_path_factory.mktemp("chromium") / "new")
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def signflow(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("run") / "var") as started:
        yield started


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def opens(chromium: Chromium, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Opens]:
    """Makes pages, and closes them. What they show when the test fails is kept as pictures."""
    with ExitStack() as stack:
        pages: list[Page] = []

        def make(size: tuple[int, int] = DESKTOP) -> Page:
            folder = tmp_path / f"downloads-{len(pages)}"
            folder.mkdir()
            page = Page(chromium, folder, size)
            stack.callback(page.close)
            pages.append(page)
            return page

        yield make
        if request.node.stash.get(FAILED, False):
            for number, page in enumerate(pages):
                kept = page.picture(tmp_path / f"page-{number}.png")
                sys.stderr.write(f"{page.url} looked like {kept}; it said {page.problems}\n")


@pytest.fixture
def page(opens: Opens) -> Page:
    return opens()
