import httpx
import pytest

from core.models import Job
from signing import setu_provider
from tests.builders import reloaded
from tests.signing.builders import Between, ask, is_create, owed, there


@pytest.fixture
def doubled(world, manager, asha, ravi, run_due):
    """A request whose create was answered too late: one that nobody knows at Setu, and the one that counts."""
    request = ask(asha, ravi, by=manager)
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    owed(request)
    run_due()
    orphan, live = there(world)
    assert reloaded(request).status == "sign_initiated"
    return request, orphan, live


@pytest.fixture
def lost(world, manager, asha, run_due):
    """A request whose create took effect and was never answered, and its id at Setu."""
    request = ask(asha, by=manager)
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    Job.objects.update(due_at=None)
    return request, world.requests()[0]["id"]


@pytest.fixture
def deaf(world) -> None:
    """Creates take effect and their answers get lost; refusals are heard."""

    def lost(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        if is_create(sent) and response.status_code == 201:
            raise httpx.ReadTimeout("", request=sent)
        return response

    setu_provider.plug(Between(world, lost))


@pytest.fixture
def trouble(manager, as_user):
    """What the API tells the manager about a request that is held up."""

    def told(request) -> str:
        return str(as_user(manager).get(f"signature/{request.id}/").json()["trouble"])

    return told
