"""Lost answers, lost leases and dead processes: whatever happens, one request is live at Setu in the end."""

from collections.abc import Callable

import httpx
import pytest
from django.db.models.functions import Now

from core import jobs
from core.models import Job
from signing import setu_provider
from signing.models import Submission
from signing.services.driver import request_drive
from signing.services.submit import request_submit
from signing.setu_provider import account_fingerprint, setu_client
from tests.builders import make_pdf, reloaded
from tests.signing.builders import (
    Between,
    Handler,
    ask,
    claimed,
    errors_logged,
    is_create,
    job_of,
    named,
    submissions,
    work,
)
from tests.standin.transport import Transport


def one_is_live(request, world) -> None:
    """Users see the request at Setu, and the one that is live there is the one we know."""
    assert reloaded(request).status == "sign_initiated"
    (at_setu,) = world.requests()
    current = Submission.objects.get(request=request, orphaned_at__isnull=True)
    assert current.setu_id == at_setu["id"]
    assert current.links.count() == len(at_setu["signers"])


def orphan_named(world, request, run_due) -> None:
    """A callback names the request that nobody knows."""
    known = {each.setu_id for each in submissions(request)}
    for at_setu in world.requests():
        if at_setu["id"] not in known:
            named(at_setu["id"])
    run_due()


def once(when: Callable[[httpx.Request], bool], act: Callable[[], object]) -> Handler:
    """After the first answer of that kind, something happens."""
    done: list[int] = []

    def then(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        if when(sent) and not done:
            done.append(1)
            act()
        return response

    return then


def unreadable(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
    return httpx.Response(201, json={"status": "sign_initiated"}) if is_create(sent) else response


def is_upload(sent: httpx.Request) -> bool:
    return sent.url.path == "/api/documents"


@pytest.mark.parametrize(
    ("left_behind", "uploads"),
    [
        ({}, 1),  # the process died before the upload's answer
        ({"setu_document_id": True}, 0),  # … before the create was marked
        ({"setu_document_id": True, "create_sent_at": Now()}, 0),  # … after it: nobody knows
    ],
    ids=["uploading", "uploaded", "creating"],
)
def test_a_process_that_died_on_the_way_is_followed_by_another(
    world, manager, asha, run_due, left_behind, uploads
):
    request = ask(asha, by=manager)
    if left_behind.get("setu_document_id"):
        left_behind = left_behind | {"setu_document_id": setu_client().upload(name="x", content=make_pdf())}
    Submission.objects.create(request=request, no=1, account=account_fingerprint(), **left_behind)
    before = world.calls["upload"]
    run_due()
    one_is_live(request, world)
    assert world.calls["upload"] - before == uploads
    assert len(submissions(request)) == 1


@pytest.mark.parametrize("answer", ["none", "unreadable"])
def test_a_create_without_a_usable_answer_is_given_up_and_its_request_deleted_when_it_is_named(
    world, manager, asha, run_due, answer
):
    request = ask(asha, by=manager)
    if answer == "none":
        world.fault("accept_then_hang", endpoint="create")
    else:
        setu_provider.plug(Between(world, unreadable))
    run_due()
    assert reloaded(request).status == "queued"
    setu_provider.plug(Transport(world))
    work(request, run_due)
    assert (world.calls["upload"], len(world.requests())) == (2, 2)
    orphan_named(world, request, run_due)
    one_is_live(request, world)
    old, _ = submissions(request)
    assert old.deleted_at is not None
    assert world.calls["delete"] == 1


@pytest.mark.parametrize("status", [500, 502, 504, 302])
def test_a_fault_of_setus_at_the_create_tells_nothing_and_the_same_document_is_sent_again(
    world, manager, asha, run_due, status
):
    """It serves one request only: had the first create taken effect, Setu would refuse it."""
    request = ask(asha, by=manager)
    world.fault("status", endpoint="create", status=status)
    run_due()
    work(request, run_due)
    one_is_live(request, world)
    assert (world.calls["upload"], len(submissions(request))) == (1, 1)


def test_a_request_named_before_the_next_try_is_taken_over(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    orphan_named(world, request, run_due)
    one_is_live(request, world)
    assert (world.calls["upload"], len(submissions(request))) == (1, 1)


def test_a_request_taken_over_from_another_account_waits_for_that_account(
    world, manager, asha, run_due, settings
):
    request = ask(asha, by=manager)
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    Submission.objects.filter(request=request).update(
        setu_id=world.requests()[0]["id"], account="of another account"
    )
    work(request, run_due)
    assert reloaded(request).status == "queued"
    assert "another Setu account" in job_of(request).last_error
    Submission.objects.filter(request=request).update(account=account_fingerprint())
    work(request, run_due)
    one_is_live(request, world)


def test_a_lease_lost_after_the_upload_creates_nothing(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    claim = claimed(request)
    setu_provider.plug(Between(world, once(is_upload, lambda: claimed(request))))
    with pytest.raises(jobs.LeaseLost):
        request_submit(claim=claim, request=request, setu=setu_client())
    assert world.calls["create"] == 0
    Job.objects.update(leased_until=None)
    work(request, run_due)
    one_is_live(request, world)


def test_a_lease_lost_during_the_create_leaves_nothing_at_setu(world, manager, asha, run_due):
    """Somebody has claimed the request meanwhile, and has not got far."""
    request = ask(asha, by=manager)
    claim = claimed(request)
    setu_provider.plug(Between(world, once(is_create, lambda: claimed(request))))
    with pytest.raises(jobs.LeaseLost):
        request_submit(claim=claim, request=request, setu=setu_client())
    Job.objects.update(leased_until=None)
    work(request, run_due)
    one_is_live(request, world)


def test_a_create_that_comes_back_after_somebody_elses_is_removed_at_once(
    world, manager, asha, run_due, caplog
):
    """The slow holder must lose its lease, and tell its request's id before it goes."""
    request = ask(asha, by=manager)
    claim = claimed(request)

    def the_other_one_is_faster() -> None:
        request_drive(
            claim=claimed(request), setu=setu_client()
        )  # the document is used: it was the slow one's
        request_drive(claim=claimed(request), setu=setu_client())
        assert reloaded(request).stage == "submitted"

    setu_provider.plug(Between(world, once(is_create, the_other_one_is_faster)))
    with pytest.raises(jobs.LeaseLost):
        request_submit(claim=claim, request=request, setu=setu_client())
    assert len(world.requests()) == 2
    run_due()  # nobody rings: what was left at Setu is due by itself
    one_is_live(request, world)
    assert errors_logged(caplog) == []
