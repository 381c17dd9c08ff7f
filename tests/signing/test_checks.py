"""What the doctor says of Setu and its callbacks, with the stand-in behind the client."""

import httpx
import pytest

from core import counters, heartbeats
from core.checks import Level
from signing import setu_provider
from tests.builders import make_request
from tests.doctoring import asked, doctor
from tests.standin import StandIn
from tests.standin.transport import Transport

pytestmark = pytest.mark.django_db
TOKEN = "a-token-with-more-than-twenty-characters"


@pytest.fixture(autouse=True)
def token(settings) -> None:
    settings.SETU_CALLBACK_TOKENS = [TOKEN]


@pytest.fixture
def well(world: StandIn) -> StandIn:
    heartbeats.beat(heartbeats.CLOCK)
    heartbeats.beat(f"{heartbeats.WORKER}here:1")
    return world


def test_setu_that_does_not_know_the_id_knows_our_keys(well):
    assert asked("setu").level == Level.OK
    assert well.calls["get"] == 1


def test_a_wrong_secret_is_a_fault(well, settings):
    settings.SETU_CLIENT_SECRET = "wrong"
    setu_provider.plug(Transport(well))
    outcome = asked("setu")
    assert outcome.level == Level.FAULT
    assert "(401)" in outcome.says
    assert "SETU_CLIENT_SECRET" in outcome.fix


@pytest.mark.parametrize(
    ("answer", "level", "word"),
    [
        (httpx.Response(403, text="<html>"), Level.FAULT, "(403)"),
        (httpx.Response(404, text="<html>nginx"), Level.FAULT, "not by Setu"),
        (httpx.Response(503), Level.FAULT, "503"),
        (httpx.Response(400, json={"error": {"code": "bad_id"}}), Level.WARN, "bad_id"),
    ],
)
def test_each_other_answer_of_setus_is_told_apart(answer, level, word):
    setu_provider.plug(httpx.MockTransport(lambda request: answer))
    outcome = asked("setu")
    assert (outcome.level, word in outcome.says) == (level, True)


def test_the_doctors_call_is_counted_too(well):
    counters._pending.clear()
    doctor()
    (total,) = counters.totals("setu_calls")
    assert (total.labels, total.value) == ({"call": "signature", "outcome": "not_found"}, 1)


def test_open_requests_of_another_account_are_told(settings, manager, asha):
    make_request(by=manager, signers=[asha])
    assert asked("setu account").level == Level.OK
    settings.SETU_CLIENT_ID = "another"
    outcome = asked("setu account")
    assert (outcome.level, outcome.says[:17]) == (Level.FAULT, "1 open request(s)")


@pytest.mark.parametrize(
    ("url", "client_id", "level"),
    [
        ("https://dg.setu.co", "c1", Level.OK),
        ("http://127.0.0.1:8100", "c1", Level.WARN),
        ("https://dg.setu.co", "standin", Level.WARN),
    ],
)
def test_a_stand_in_is_told(settings, url, client_id, level):
    settings.SETU_BASE_URL, settings.SETU_CLIENT_ID = url, client_id
    assert asked("stand-in").level == level


# Callbacks


@pytest.mark.usefixtures("well")
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_the_callback_address_is_shown_with_its_token_on_demand_only(form, settings):
    address = f"{settings.PUBLIC_URL}/webhooks/setu/"
    hidden, shown = doctor(*form)[1], doctor(*form, "--show-callback-url")[1]
    assert f"{address}{TOKEN[:3]}…" in hidden
    assert TOKEN not in hidden
    assert f"{address}{TOKEN} " in shown


def test_the_address_it_shows_takes_callbacks(settings, client):
    shown = asked("callback").shown
    path = shown.split()[1].removeprefix(settings.PUBLIC_URL)
    assert client.post(path, b"{", content_type="application/json").status_code == 400, "the token is known"


@pytest.mark.parametrize("tokens", [[], ["short"], [TOKEN, "short"]])
def test_missing_and_short_callback_tokens_are_faults(settings, tokens):
    settings.SETU_CALLBACK_TOKENS = tokens
    assert asked("callback").level == Level.FAULT
