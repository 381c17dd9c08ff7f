"""Orphans at Setu that somebody has begun to sign: a signature is worth more than having one live request."""

import httpx
import pytest

from core.models import Job
from signing import setu_provider
from signing.metrics import orphans
from signing.models import Stray, Submission
from signing.services.cancel import request_cancel
from signing.services.strays import stray_asked_again
from tests.builders import reloaded
from tests.signing.builders import (
    Between,
    ask,
    errors_logged,
    events,
    job_of,
    named,
    orphans_work,
    sign,
    submissions,
    there,
)


def found(request, setu_id: str, run_due) -> None:
    named(setu_id)
    run_due()
    orphans_work(request, run_due)


def metric(state: str) -> float:
    (family,) = orphans()
    return next(sample.value for sample in family.samples if sample.labels["state"] == state)


def test_one_that_somebody_has_signed_takes_the_place_of_the_one_that_nobody_has(doubled, world, run_due):
    request, orphan, live = doubled
    sign(world, orphan, 0)
    found(request, orphan, run_due)
    assert there(world) == [orphan]
    current = Submission.objects.get(request=request, orphaned_at=None)
    assert (current.setu_id, current.links.count()) == (orphan, 2)
    assert Submission.objects.get(setu_id=live).deleted_at is not None
    assert reloaded(request).status == "sign_pending"
    assert "submission.taken_back" in events(request)
    assert Stray.objects.get().outcome == "adopted"
    sign(world, orphan, 1)
    orphans_work(request, run_due)
    assert reloaded(request).status == "sign_complete"


def test_one_that_everybody_has_signed_completes_its_request_even_while_it_is_being_cancelled(
    doubled, world, run_due, manager
):
    request, orphan, _ = doubled
    sign(world, orphan, 0, 1)
    request_cancel(request=request, by=manager)
    named(orphan)
    Job.objects.filter(kind="signing.request").update(due_at=None)
    run_due()
    assert reloaded(request).status == "sign_complete"
    assert there(world) == [orphan]


def test_a_request_that_is_still_queued_goes_on_with_the_signed_one(world, manager, asha, ravi, run_due):
    request = ask(asha, ravi, by=manager)
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    world.fault("status", endpoint="upload", times=9)
    orphans_work(request, run_due)
    (orphan,) = there(world)
    assert [each.orphaned_at is None for each in submissions(request)] == [False, True]
    sign(world, orphan, 0)
    named(orphan)
    run_due()
    assert reloaded(request).status == "sign_pending"
    assert (world.calls["create"], there(world)) == (2, [orphan])


def test_when_both_are_signed_neither_is_deleted_and_somebody_is_told(doubled, world, run_due, caplog):
    request, orphan, live = doubled
    sign(world, orphan, 0)
    sign(world, live, 1)
    orphans_work(request, run_due)
    found(request, orphan, run_due)
    assert there(world) == [orphan, live]
    assert Submission.objects.get(request=request, orphaned_at=None).setu_id == live
    assert Stray.objects.get().outcome == "signed"
    assert "orphan.signed" in errors_logged(caplog)
    assert (metric("signed"), metric("at_setu")) == (1, 0)
    gets = world.calls["get"]
    orphans_work(request, run_due)
    assert world.calls["get"] == gets + 1, "the kept one is asked about no more"
    sign(world, live, 0)
    orphans_work(request, run_due)
    assert (reloaded(request).status, job_of(request).due_at) == ("sign_complete", None)
    assert there(world) == [orphan, live]


def test_two_that_are_both_signed_do_not_take_each_others_place(doubled, world, run_due):
    """What is known of the current one may be old: Setu is asked how it stands before it is replaced."""
    request, orphan, live = doubled
    sign(world, orphan, 0)
    sign(world, live, 1)
    found(request, orphan, run_due)
    for _ in range(3):
        orphans_work(request, run_due)
    assert there(world) == [orphan, live]
    assert "submission.taken_back" not in events(request)
    assert Stray.objects.get().outcome == "signed"
    assert reloaded(request).status == "sign_pending"


def test_a_complete_one_counts_though_its_callbacks_were_lost_and_the_superseded_one_is_named(
    doubled, world, run_due
):
    request, orphan, live = doubled
    sign(world, orphan, 0)
    sign(world, live, 0, 1)
    found(request, orphan, run_due)
    assert reloaded(request).status == "sign_complete"
    assert Submission.objects.get(request=request, orphaned_at=None).setu_id == live
    assert (there(world), Stray.objects.get().outcome) == ([orphan, live], "signed")


def test_the_newer_one_is_replaced_only_by_somebody_who_knows_how_it_stands(doubled, world, run_due):
    request, orphan, live = doubled
    sign(world, orphan, 0)
    world.fault("status", endpoint="get", request_id=live, times=2, status=503)
    named(orphan)
    run_due()
    assert "submission.taken_back" not in events(request)
    orphans_work(request, run_due)
    assert there(world) == [orphan]
    assert reloaded(request).status == "sign_pending"


def test_one_with_an_open_session_waits_until_that_is_over(doubled, world, run_due):
    request, orphan, live = doubled
    world.open(orphan, world.requests()[0]["signers"][0]["id"])
    found(request, orphan, run_due)
    assert there(world) == [orphan, live]
    assert world.calls["delete"] == 0
    world.clock.advance(901)
    orphans_work(request, run_due)
    assert there(world) == [live]


@pytest.mark.parametrize("fault", ["unknown_status", "unknown_signer_status"])
def test_one_with_words_we_do_not_know_is_not_deleted(doubled, world, run_due, fault):
    request, orphan, live = doubled
    world.fault(fault, endpoint="get", request_id=orphan, times=2)  # whose is it, and how does it stand
    named(orphan)
    run_due()
    assert (there(world), world.calls["delete"]) == ([orphan, live], 0)
    orphans_work(request, run_due)
    assert there(world) == [live]


def signed_though_cancelled(request, world, run_due) -> str:
    """The id at Setu of what a lost answer left there, which one person signs after the request was cancelled."""
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    request_cancel(request=request, by=request.created_by)
    run_due()
    (orphan,) = there(world)
    sign(world, orphan, 0)
    return orphan


def test_one_of_a_cancelled_request_is_deleted_though_some_have_signed(world, manager, asha, ravi, run_due):
    """As the one that counts would be: somebody has decided so."""
    request = ask(asha, ravi, by=manager)
    orphan = signed_though_cancelled(request, world, run_due)
    found(request, orphan, run_due)
    assert (reloaded(request).status, there(world)) == ("cancelled", [])


def test_a_complete_one_of_a_cancelled_request_is_kept_and_its_job_is_done(
    world, manager, asha, run_due, caplog
):
    request = ask(asha, by=manager)
    orphan = signed_though_cancelled(request, world, run_due)
    found(request, orphan, run_due)
    assert (reloaded(request).status, there(world)) == ("cancelled", [orphan])
    assert (Stray.objects.get().outcome, job_of(request).due_at) == ("signed", None)
    assert "orphan.signed" in errors_logged(caplog)


def test_one_with_other_signers_than_ours_is_kept_once_it_is_signed(world, manager, asha, ravi, run_due):
    request = ask(asha, ravi, by=manager)

    def others(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        if "signers" not in response.text or world.calls["create"] > 1:
            return response
        body = response.json()
        return httpx.Response(
            response.status_code,
            json=body | {"signers": [s | {"identifier": "somebody"} for s in body["signers"]]},
        )

    setu_provider.plug(Between(world, others))
    run_due()
    (wrong,) = there(world)
    sign(world, wrong, 0)
    orphans_work(request, run_due)
    assert reloaded(request).status == "sign_initiated"
    assert wrong in there(world)
    assert (Stray.objects.get().outcome, Stray.objects.get().cause) == ("signed", "orphan")


def test_a_person_has_a_kept_one_looked_at_again(doubled, world, run_due, manager):
    """After the request was cancelled nobody needs it any more."""
    request, orphan, live = doubled
    sign(world, orphan, 0)
    sign(world, live, 1)
    orphans_work(request, run_due)
    found(request, orphan, run_due)
    request_cancel(request=request, by=manager)
    run_due()
    assert there(world) == [orphan]
    stray_asked_again(setu_id=orphan, cause="support")
    Job.objects.filter(kind="signing.stray").update(due_at="2020-01-01T00:00:00Z")
    run_due()
    assert there(world) == []
    assert Stray.objects.get().outcome == "superseded"
    assert metric("signed") == 0
