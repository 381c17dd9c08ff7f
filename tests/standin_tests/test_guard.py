"""Who is kept from the control."""

import pytest

from tests.standin import StandIn
from tests.standin_tests.client import Client
from tests.standin_tests.test_console import HOME, token

STRANGERS: list[dict[str, str]] = [
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Origin": "http://setu.test:99"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", STRANGERS)
@pytest.mark.parametrize("path", ["reset", "page/do/reset"])
def test_another_sites_page_may_not_use_the_control(
    setu: Client, standin: StandIn, headers: dict[str, str], path: str
) -> None:
    setu.made()
    form = {"data": {"token": token(setu)}} if "page" in path else {}
    answer = setu.post(f"{HOME}{path}", headers=headers, **form)  # type: ignore[arg-type]
    assert answer.status_code == 403
    assert len(standin.requests()) == 1


def test_its_own_page_may(setu: Client, standin: StandIn) -> None:
    setu.made()
    own = {"Origin": "http://setu.test", "Sec-Fetch-Site": "same-origin"}
    assert setu.post(f"{HOME}reset", headers=own).status_code == 200
    assert standin.requests() == []


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("setu.test", 200),
        ("localhost:8100", 200),
        ("127.0.0.1:8100", 200),
        ("[::1]:8100", 200),
        ("192.0.2.7:8100", 200),
        ("evil.test", 403),
        ("127.0.0.1.evil.test", 403),
        ("", 403),
    ],
)
def test_a_name_that_is_not_ours_reaches_nothing(setu: Client, host: str, status: int) -> None:
    for path in (HOME, f"{HOME}requests"):
        assert setu.get(path, headers={"Host": host}).status_code == status


def test_a_body_that_is_not_json_is_refused(setu: Client) -> None:
    answer = setu.post(f"{HOME}reset", content="{}", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
