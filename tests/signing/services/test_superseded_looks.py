"""An orphan is deleted at Setu only by who knows how it stands there."""

import httpx

from core.clock import after
from core.models import Job
from signing import setu_provider
from signing.models import Submission
from tests.signing.builders import (
    Between,
    orphans_work,
    sign,
    there,
)


def test_setu_out_of_order_at_the_look_deletes_nothing(doubled, world, run_due):
    request, orphan, live = doubled
    Submission.objects.filter(request=request, no=1).update(setu_id=orphan)
    world.fault("status", endpoint="get", request_id=orphan, status=503)
    orphans_work(request, run_due)
    assert world.calls["get"] == 2, "the orphan, and the request"
    assert (there(world), world.calls["delete"]) == ([orphan, live], 0)


def test_r15_who_sleeps_through_its_lease_after_the_look_deletes_nothing(doubled, world, run_due):
    """Meanwhile somebody signs the orphan, and another worker takes it back in place of the newer one."""
    request, orphan, _ = doubled
    Submission.objects.filter(request=request, no=1).update(setu_id=orphan)
    slept: list[bool] = []

    def sleep_once(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        if sent.method == "GET" and sent.url.path.endswith(orphan) and not slept:
            slept.append(True)
            sign(world, orphan, 0)
            Job.objects.filter(subject=request.id).update(leased_until=after(-1))
            orphans_work(request, run_due)
        return response

    setu_provider.plug(Between(world, sleep_once))
    orphans_work(request, run_due)
    assert there(world) == [orphan]
    assert Submission.objects.get(request=request, orphaned_at=None).setu_id == orphan
