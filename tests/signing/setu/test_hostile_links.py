"""No link leads us where we do not want to go: nobody comes to the canaries, and no connection is tried at all."""

import contextlib

import pytest

from signing.setu.errors import LinkRefused
from signing.setu.files import fetch_signed
from signing.setu.pinned import PinnedTransport

from .canaries import Canary, canaries, watch
from .hostile_links import LEADING_INSIDE, WRITTEN

ALLOWED = ["setu.co", "127.0.0.1", "::1", "1", "0", "10.0.0.1", "8.8.8.8", "169.254.169.254"]


@pytest.fixture(scope="module")
def cage():
    with canaries() as found:
        assert len({canary.port for canary in found}) >= 2
        yield found
        assert [canary.visits for canary in found] == [0] * len(found)


def fetch(url: str, hosts: list[str], answers: list[str] | None = None, *, allow_http: bool = False) -> None:
    asked: list[str] = []

    def resolve(host: str) -> list[str]:
        asked.append(host)
        assert answers is not None, f"{host} was looked up"
        return answers

    transport = PinnedTransport(resolve=resolve)
    with contextlib.closing(transport), watch() as seen, pytest.raises(LinkRefused) as caught:
        fetch_signed(
            url,
            allowed_hosts=hosts,
            allow_http=allow_http,
            max_bytes=1_000,
            deadline=5.0,
            transport=transport,
        )
    assert seen == []
    assert len(asked) == (0 if answers is None else 1)
    assert "/" not in str(caught.value)


def test_there_are_enough_of_them():
    assert len(set(WRITTEN)) == len(WRITTEN)
    assert len(WRITTEN) >= 80


@pytest.mark.parametrize("link", WRITTEN, ids=range(len(WRITTEN)))
def test_a_link_that_is_written_wrongly_is_refused_before_a_name_is_looked_up(cage: list[Canary], link: str):
    ports = {canary.port for canary in cage} - {443}  # which is no wrong one
    for port in ports if "%d" in link else [0]:
        fetch(link.replace("%d", str(port)).replace("%%", "%"), ALLOWED)


@pytest.mark.parametrize(
    "answers", LEADING_INSIDE, ids=[",".join(found) or "nothing" for found in LEADING_INSIDE]
)
def test_an_allowed_name_that_leads_inside_is_refused_before_a_connection(
    cage: list[Canary], answers: list[str]
):
    fetch("https://files.setu.co/x", ["setu.co"], answers)


@pytest.mark.parametrize(
    "answers", [["8.8.8.8"], ["10.0.0.1"], ["127.0.0.1", "8.8.8.8"], ["::ffff:127.0.0.1"]]
)
def test_in_development_plain_http_leads_to_this_machine_only(cage: list[Canary], answers: list[str]):
    fetch("http://localhost:80/x", ["localhost"], answers, allow_http=True)
