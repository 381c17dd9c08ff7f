"""What Setu has opened becomes ours: the one that was named first, and what was signed there meanwhile."""

import httpx

from signing import setu_provider
from signing.models import Submission
from tests.builders import reloaded
from tests.signing.builders import Between, ask, is_create, made_at_setu, submissions


def test_a_create_that_comes_back_after_another_was_named_leaves_one_live_request(
    world, manager, asha, run_due
):
    """Two creates under one reference took effect; the one that was named first goes on, the other is removed."""
    request = ask(asha, by=manager)
    first: list[str] = []

    def another_is_named(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        if is_create(sent) and not first:
            first.append("")
            address = f"http://localhost:8000/return/{submissions(request)[0].reference}/"
            first[0] = made_at_setu(address, identifier=request.signers.get().id.hex)
            Submission.objects.update(setu_id=first[0])
        return response

    setu_provider.plug(Between(world, another_is_named))
    run_due()
    assert [each["id"] for each in world.requests()] == first
    assert Submission.objects.get(request=request, orphaned_at=None).setu_id == first[0]
    assert reloaded(request).status == "sign_initiated"


def test_what_was_signed_before_a_request_is_taken_over_shows_at_once(
    world, manager, asha, run_due, settings
):
    """No look is planned and nobody rings again: the take-over itself has to look."""
    settings.ENABLE_SCHEDULER = False
    request = ask(asha, by=manager)
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    world.sign(world.requests()[0]["id"], world.requests()[0]["signers"][0]["id"])
    run_due()
    assert reloaded(request).status == "sign_complete"
    assert len(submissions(request)) == 1
