"""`/metrics`: who may read it, what stands in it, and what a scrape costs."""

from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from prometheus_client.parser import text_string_to_metric_families

from core import counters, heartbeats
from core.clock import after
from core.models import Heartbeat, Job
from signing.calls import NAME
from signing.models import Stray
from tests.builders import make_document, make_request
from webhooks.models import InboundDelivery

TOKEN = "a-token-of-the-tests-long-enough"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """Other tests in this process call Setu too."""
    counters._pending.clear()


@pytest.fixture
def token(settings) -> str:
    settings.METRICS_TOKEN = TOKEN
    return TOKEN


def asked(client, authorization: str = f"Bearer {TOKEN}"):
    return client.get("/metrics", headers={"Authorization": authorization})


def scraped(client) -> dict[tuple[str, ...], float]:
    """Samples by (name, label values…)."""
    answer = asked(client)
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_without_a_token_in_the_settings_there_is_no_such_page(client):
    assert asked(client).status_code == 404
    assert asked(client, "Bearer ").status_code == 404


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer x", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"{TOKEN}"]
)
def test_without_the_right_token_there_is_none_either(given, client):
    assert asked(client, given).status_code == 404


@pytest.mark.usefixtures("token")
def test_with_it_the_text_is_prometheus_and_kept_by_nobody(client):
    answer = asked(client)
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert answer["Cache-Control"] == "no-store"
    assert client.post("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 404


@pytest.mark.usefixtures("token")
def test_requests_are_counted_by_what_users_see(client, manager, asha):
    make_request(by=manager, signers=[asha], setu_id="1", document=make_document(by=manager, pages=1))
    make_request(by=manager, signers=[asha], setu_id="2", document=make_document(by=manager, pages=2))
    found = scraped(client)
    assert found["signflow_requests", "sign_initiated"] == 2
    assert found["signflow_requests", "sign_complete"] == 0


@pytest.mark.usefixtures("token")
def test_jobs_are_counted_by_kind_and_state(client):
    for fields in (
        {"due_at": after(-100)},
        {"due_at": after(-5)},
        {"due_at": after(-5), "leased_until": after(30)},
        {"due_at": after(-900), "dead_at": after(-1)},
        {"due_at": after(500)},
    ):
        job = Job.objects.create(kind="signing.request", subject=uuid4())
        Job.objects.filter(id=job.id).update(**fields)
    found = scraped(client)
    states = ("due", "leased", "dead")
    assert [found[f"signflow_jobs_{state}", "signing.request"] for state in states] == [2, 1, 1]
    assert [found[f"signflow_jobs_{state}", "signing.stray"] for state in states] == [0, 0, 0]
    assert 100 <= found[("signflow_jobs_oldest_due_seconds",)] < 105


@pytest.mark.usefixtures("token")
def test_heartbeats_strays_deliveries_and_calls_are_there(client, manager, asha):
    for name, age in ((heartbeats.CLOCK, 40), ("worker:a", 5), ("worker:b", 8), ("worker:gone", 900)):
        Heartbeat.objects.create(name=name, at=after(-age))
    Stray.objects.create(setu_id="1", cause="callback")
    Stray.objects.create(setu_id="2", cause="callback", outcome="unknown")
    request = make_request(by=manager, signers=[asha])
    for number, known in enumerate((request, request, None, None, None)):
        InboundDelivery.objects.create(digest=str(number), setu_id="x", size=1, request=known)
    InboundDelivery.objects.filter(digest="4").update(received_at=after(-4000))
    for outcome in ("ok", "ok", "denied"):
        counters.count(NAME, call="signature", outcome=outcome)
    counters.flush()
    found = scraped(client)
    assert 40 <= found["signflow_heartbeat_age_seconds", "clock"] < 45
    assert 5 <= found["signflow_heartbeat_age_seconds", "worker"] < 8
    assert found[("signflow_workers_alive",)] == 2
    assert found[("signflow_strays_waiting",)] == 1
    assert found["signflow_deliveries_last_hour", "yes"] == 2
    assert found["signflow_deliveries_last_hour", "no"] == 2
    assert found["signflow_setu_calls_total", "signature", "ok"] == 2
    assert found["signflow_setu_calls_total", "signature", "denied"] == 1
    assert found[("signflow_database_up",)] == 1


@pytest.mark.usefixtures("token")
def test_a_scrape_costs_the_same_few_statements_whatever_the_size(
    client, manager, asha, django_assert_max_num_queries
):
    for number in range(30):
        Job.objects.create(kind=f"kind.{number}", subject=uuid4())
        Heartbeat.objects.create(name=f"worker:{number}", at=after(0))
        InboundDelivery.objects.create(digest=str(number), setu_id="x", size=1)
        counters.count(NAME, call=f"call{number}", outcome="ok")
    counters.flush()
    with django_assert_max_num_queries(13):
        scraped(client)


@pytest.mark.usefixtures("token")
def test_no_id_and_no_name_stands_in_it(client, manager, asha):
    request = make_request(by=manager, signers=[asha])
    Heartbeat.objects.create(name="worker:secret-host:17", at=after(0))
    text = asked(client).content.decode()
    for told in (str(request.id), "asha", "secret-host", "setu-1", manager.tenant.name):
        assert told not in text


@pytest.mark.usefixtures("token")
def test_a_database_that_is_down_is_said_and_nothing_else(client):
    def refused(*_: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(refused):
        assert scraped(client) == {("signflow_database_up",): 0}
