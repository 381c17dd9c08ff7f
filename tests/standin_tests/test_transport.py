"""The stand-in as an httpx transport."""

from collections.abc import Iterator

import httpx
import pytest

from tests.standin import StandIn
from tests.standin.transport import Transport
from tests.standin_tests.client import KEYS, Client, contract


@pytest.fixture
def http(standin: StandIn) -> Iterator[httpx.Client]:
    with httpx.Client(transport=Transport(standin), base_url="http://setu.test") as client:
        yield client


def test_both_origins_are_reached_and_no_other(http: httpx.Client, setu: Client, standin: StandIn) -> None:
    made = setu.made()
    standin.sign(made["id"], "sgn-1")
    offer = http.get(f"/api/signature/{made['id']}/download", headers=KEYS).json()
    assert http.get(offer["downloadUrl"]).content.startswith(contract())
    with pytest.raises(httpx.ConnectError):
        http.get("http://elsewhere.test/")


def test_a_lost_answer_is_a_read_error(http: httpx.Client, standin: StandIn) -> None:
    standin.fault("accept_then_hang", endpoint="get")
    with pytest.raises(httpx.ReadError):
        http.get("/api/signature/none", headers=KEYS)
