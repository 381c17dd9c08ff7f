import pytest

from core.models import Job
from tests.builders import reloaded
from tests.signing.builders import ask, owed, there


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
