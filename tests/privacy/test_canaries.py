"""The search itself: a planted leak is found, in whichever spelling and place."""

import base64
import json
import logging
from urllib.parse import quote

import dramatiq
import pytest

from core.events import event_append
from core.models import Job
from tests.privacy.canaries import PERSON, SECRET, Canaries
from tests.privacy.places import queue, tables
from tests.privacy.story import Logs


@pytest.mark.parametrize("what", [*PERSON, *SECRET])
@pytest.mark.parametrize(
    "spelt",
    [
        str,
        str.upper,
        quote,
        lambda value: value.replace(" ", "+"),
        json.dumps,
        repr,
        lambda value: base64.b64encode(value.encode()).decode(),
        lambda value: f"a{value}b",
    ],
)
def test_a_mark_is_found_however_it_is_spelt(what, spelt):
    value = (PERSON | SECRET)[what]
    assert what in Canaries().found(f"before {spelt(value)} after")


def test_what_is_not_there_is_not_found():
    canaries = Canaries()
    canaries.add("id", "0b1f0c9a-0d3e-4b57-8a61-7c2d9e40b001")
    assert canaries.found("2026-01-05 look.merged request_id=17 http_request=0b1f0c9a zarina") == set()
    assert canaries.found("b1f0 0B1F0C9A0D3E4B578A617C2D9E40B001") == {"id 21"}


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize("place", ["message", "argument", "extra"])
def test_a_leak_into_a_log_line_is_found(place, form):
    value = SECRET["client secret"]
    log = logging.getLogger("signing.leak")
    with Logs() as logs:
        if place == "message":
            log.debug(f"sent with {value}")
        elif place == "argument":
            log.info("sent with %s", value)
        else:
            log.error("sent", extra={"with": {"secret": value}})
    assert Canaries().found(logs.lines[form]) == {"client secret"}


@pytest.mark.django_db
def test_a_leak_into_a_row_a_chain_or_the_queue_is_found(manager):
    clean = Canaries()
    assert clean.found("".join(tables().values()) + queue()) == set()
    event_append(chain=manager.tenant.id, kind="user.created", name=PERSON["full name"])
    assert clean.found(tables()["core_eventpayload"]) == {"full name"}
    Job.objects.create(kind="x", subject=manager.id, last_error=f"no answer to {SECRET['callback token']}")
    assert clean.found(tables()["core_job"]) == {"callback token"}
    message: dramatiq.Message[None] = dramatiq.Message("default", "x", (PERSON["phone"],), {}, {})
    broker = dramatiq.get_broker()
    broker.declare_queue("default")
    broker.enqueue(message)
    assert clean.found(queue()) == {"phone"}
