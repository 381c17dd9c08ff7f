from collections.abc import Callable
from typing import Any

import pytest

from core.models import User
from signing.models import SignatureRequest, Submission
from tests.chaos_tests.ended import Ended
from tests.signing.builders import ask
from tests.standin import StandIn


@pytest.fixture
def run(
    settings: Any,
    tmp_path: Any,
    world: StandIn,
    run_due: Callable[[], int],
    manager: User,
    asha: User,
    ravi: User,
) -> Ended:
    settings.MEDIA_ROOT = str(tmp_path)
    requests = ask(asha, by=manager), ask(asha, ravi, by=manager)
    run_due()
    for request in requests:
        submission = Submission.objects.get(request=request)
        world.sign(str(submission.setu_id), submission.links.order_by("signer__no")[0].setu_signer_id)
    run_due()
    complete, partly = (SignatureRequest.objects.get(id=request.id) for request in requests)
    assert (complete.status, partly.status) == ("sign_complete", "sign_pending")
    return Ended(world, complete, partly)
