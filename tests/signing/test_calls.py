"""Calls to Setu are counted as they end."""

import httpx
import pytest

from core import counters
from signing import calls, setu_provider
from signing.setu.errors import SetuError
from tests.signing.setu.fake import SIGNER

ERROR = {"error": {"code": "x", "detail": "", "traceId": ""}}


@pytest.fixture(autouse=True)
def nothing_counted():
    counters._pending.clear()
    yield
    counters._pending.clear()


def answering(status: int, json: object = None) -> None:
    setu_provider.plug(httpx.MockTransport(lambda request: httpx.Response(status, json=json)))


def counted() -> list[tuple[str, str, int]]:
    counters.flush()
    return [(t.labels["call"], t.labels["outcome"], t.value) for t in counters.totals(calls.NAME)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (500, None, "unavailable"),
        (429, None, "unavailable"),
        (404, None, "unavailable"),
        (401, None, "denied"),
        (403, None, "denied"),
        (400, ERROR, "refused"),
        (404, ERROR, "not_found"),
    ],
)
def test_each_way_a_call_ends_has_its_outcome(status, body, outcome):
    answering(status, body)
    with pytest.raises(SetuError):
        setu_provider.setu_client().signature("setu-1")
    assert counted() == [("signature", outcome, 1)]


@pytest.mark.django_db
def test_each_call_has_its_name():
    answering(401)
    setu = setu_provider.setu_client()
    for call in (
        lambda: setu.upload(name="x", content=b"%PDF"),
        lambda: setu.create(document_id="d", redirect_url="https://a.example", reason=None, signers=[SIGNER]),
        lambda: setu.signature("s"),
        lambda: setu.download_link("s"),
        lambda: setu.delete("s"),
        lambda: setu_provider.signed_bytes("https://files.setu.test/x"),
    ):
        with pytest.raises(SetuError):
            call()
    names = ["create", "delete", "download_link", "file", "signature", "upload"]
    assert [name for name, _, _ in counted()] == names


@pytest.mark.django_db
def test_the_main_job_counts_only_good_calls(manager, asha, opened):
    request = opened(asha)
    request.sign(0)
    request.go_on()
    found = {(call, outcome) for call, outcome, _ in counted()}
    every = {"upload", "create", "signature", "download_link", "file"}
    assert found == {(call, "ok") for call in every}


def last() -> dict[str, str]:
    found = calls.last_call()
    assert found
    return found.labels


@pytest.mark.django_db
def test_the_last_call_is_the_latest_one_whatever_its_name():
    assert calls.last_call() is None
    counters.count(calls.NAME, call="upload", outcome="ok")
    counters.flush()
    assert last() == {"call": "upload", "outcome": "ok"}
    counters.count(calls.NAME, call="create", outcome="denied")
    counters._pending = {key: (1, last + 5) for key, (_, last) in counters._pending.items()}
    counters.flush()
    assert last() == {"call": "create", "outcome": "denied"}
