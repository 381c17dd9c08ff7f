"""Where too many unknown ids wait, none is forgotten: the minute comes back to what was named and not asked about."""

import json

import pytest

from core import sweeping
from core.clock import after
from core.minutely import minute_over
from signing.models import Stray
from signing.services import strays
from tests.webhooks.notices import CALLBACK
from webhooks.adoption import unknown_ids_taken_up
from webhooks.models import InboundDelivery

pytestmark = pytest.mark.django_db


def named(client, setu_id: str) -> None:
    body = json.dumps({"data": {"esign": {"id": setu_id}}})
    assert client.post(CALLBACK, body, content_type="application/json").status_code == 200


@pytest.fixture
def crowded(client, monkeypatch) -> None:
    """Room for two unknown ids; three are named, the last of them twice."""
    monkeypatch.setattr(strays, "WAITING_MAX", 2)
    for setu_id in ("one", "two", "three"):
        named(client, setu_id)


def test_an_id_without_room_is_kept_as_a_delivery_and_logged(client, crowded, caplog):
    assert set(Stray.objects.values_list("setu_id", flat=True)) == {"one", "two"}
    assert InboundDelivery.objects.filter(setu_id="three", request=None).exists()
    named(client, "four")
    assert "strays.full" in [record.message for record in caplog.records]


def test_once_there_is_room_it_is_asked_about_and_only_once(crowded):
    assert unknown_ids_taken_up() == 0
    Stray.objects.filter(setu_id="one").update(outcome="unknown")
    minute_over()
    assert Stray.objects.filter(setu_id="three", outcome="").count() == 1
    assert unknown_ids_taken_up() == 0, "what has been asked about is not asked about again"


def test_without_a_clock_the_workers_minute_comes_back_to_it(crowded):
    Stray.objects.filter(setu_id="one").update(outcome="unknown")
    sweeping.sweep_without_clock()
    assert Stray.objects.filter(setu_id="three", outcome="").count() == 1


def test_after_a_day_it_is_left_to_a_person(crowded):
    Stray.objects.update(outcome="unknown")
    InboundDelivery.objects.update(received_at=after(-90_000))
    assert unknown_ids_taken_up() == 0
