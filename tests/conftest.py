"""What every test starts from: no network, an in-process stand-in on request, jobs worked when told to."""

import os
import threading
from collections.abc import Callable, Iterator

import dramatiq
import pytest
import responses
from django.db import connection
from django.test import Client

from core import doorbell, drain, lanes, work
from core.models import User
from signing import setu_provider
from tests.builders import make_employee, make_manager, make_organization
from tests.client import Api
from tests.plumbing import due_jobs, no_wire
from tests.standin import StandIn
from tests.standin.transport import Transport

CALLBACK = "/webhooks/setu/callback-token/"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The slow ones first, so that two processes end at about the same time. On servers: what asks them something."""
    if os.environ.get("TEST_DATABASE_URL"):
        same = [item for item in items if not _asks_servers(item)]
        config.hook.pytest_deselected(items=same)
        items[:] = [item for item in items if _asks_servers(item)]
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def _asks_servers(item: pytest.Item) -> bool:
    """Rows or the queue's own tests, or processes of their own; the rest would only be the same again."""
    if item.get_closest_marker("sqlite") or item.get_closest_marker("once"):
        return False
    if any(folder in item.path.parts for folder in ("core", "production")):
        return True
    fixtures = getattr(item, "fixturenames", ())
    return bool(item.get_closest_marker("django_db")) or "db" in fixtures or "transactional_db" in fixtures


@pytest.fixture(autouse=True)
def wire_cut() -> Iterator[None]:
    """No test reaches the network: neither httpx (our client) nor requests (libraries')."""
    setu_provider.plug(no_wire())
    with responses.RequestsMock(assert_all_requests_are_fired=False):
        yield
    setu_provider.plug(None)


@pytest.fixture(autouse=True)
def broker() -> Iterator[dramatiq.Broker]:
    """The queue, emptied between tests: in memory, or in Redis where the tests run on servers."""
    broker = dramatiq.get_broker()
    broker.flush_all()
    doorbell.breaker.went_well()
    lanes._again_at = 0.0  # no turn of an earlier test is on its way
    drain.stopping.clear()  # a worker of an earlier test has ended; this process goes on
    yield broker
    broker.flush_all()


@pytest.fixture(autouse=True)
def callback_token(settings) -> None:
    settings.SETU_CALLBACK_TOKENS = ["callback-token"]


@pytest.fixture
def world(settings, client: Client) -> Iterator[StandIn]:
    """Setu's stand-in behind our client, which calls our webhook back at once."""

    def callback(body: bytes) -> int:
        try:
            return client.post(CALLBACK, body, content_type="application/json").status_code
        finally:
            if threading.current_thread() is not threading.main_thread():  # one of two that come at once
                connection.close()

    account = (settings.SETU_CLIENT_ID, settings.SETU_CLIENT_SECRET, settings.SETU_PRODUCT_INSTANCE_ID)
    world = StandIn(accounts=[account], callback=callback, download_url="https://files.setu.test", seed=1)
    setu_provider.plug(Transport(world))
    yield world
    setu_provider.plug(no_wire())
    world.close()


@pytest.fixture
def run_due(db) -> Callable[[], int]:
    """Work all jobs that are due, in this thread, until none is. Returns how many runs it took."""

    def run() -> int:
        runs = 0
        while jobs := due_jobs():
            for job in jobs:
                work.run_job(job.kind, job.id)
                runs += 1
            assert runs < 200, f"jobs keep being due: {due_jobs()[:5]}"
        return runs

    return run


@pytest.fixture
def manager(db) -> User:
    return make_manager(organization=make_organization())


@pytest.fixture
def asha(manager: User) -> User:
    return make_employee("asha", organization=manager.tenant)


@pytest.fixture
def ravi(manager: User) -> User:
    return make_employee("ravi", organization=manager.tenant)


@pytest.fixture
def stranger(db) -> User:
    """A manager of another organization."""
    return make_manager("stranger", organization=make_organization("Elsewhere"))


@pytest.fixture
def as_user() -> Callable[[User], Api]:
    """A client of the API, signed in."""
    return Api
