"""Orphans: what a newer submission has replaced must not live on at Setu, nor stop the request."""

import httpx
import pytest
from django.db.models.functions import Now

from signing import setu_provider
from signing.models import SignerLink, Submission
from signing.services.archive import ALIKE_MAX
from signing.services.cancel import request_cancel
from signing.services.orphans import ORPHAN_SECONDS, orphan_due, orphans_counted
from signing.setu_provider import account_fingerprint
from tests.builders import reloaded
from tests.signing.builders import (
    Between,
    ask,
    due_in,
    made_at_setu,
    named,
    submissions,
    ten_minutes_pass,
    there,
    work,
)


def with_orphan(request, *, no: int = 2) -> None:
    setu_id = made_at_setu("https://elsewhere.test/")
    Submission.objects.create(
        request=request, no=no, account=account_fingerprint(), setu_id=setu_id, orphaned_at=Now()
    )


def test_r26_what_a_lost_answer_left_is_counted_until_it_is_named_and_removed(doubled, run_due):
    _, orphan, _ = doubled
    assert orphans_counted() == {"at_setu": 0, "signed": 0, "outcome_unknown": 1}
    named(orphan)
    run_due()
    assert orphans_counted() == {"at_setu": 0, "signed": 0, "outcome_unknown": 0}


def test_of_two_orphans_the_other_one_does_not_wait(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    run_due()
    for no in (2, 3):
        with_orphan(request, no=no)
    second = Submission.objects.filter(request=request, no=2).update(delete_tried_at=Now())
    assert (second, orphan_due(request)) == (1, 1.0)
    Submission.objects.filter(request=request, no=3).update(delete_tried_at=Now())
    assert ORPHAN_SECONDS - 10 < (orphan_due(request) or 0) <= ORPHAN_SECONDS


def test_an_orphan_of_another_account_is_not_taken_for_deleted(world, manager, asha, run_due, settings):
    request = ask(asha, by=manager)
    run_due()
    orphan = Submission.objects.create(
        request=request, no=2, account="of another account", setu_id="elsewhere", orphaned_at=Now()
    )
    work(request, run_due)
    orphan.refresh_from_db()
    assert orphan.deleted_at is None
    assert world.calls["delete"] == 0
    assert reloaded(request).confirmed_by != ""


def test_an_orphan_that_setu_will_not_delete_does_not_stop_the_request(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    run_due()
    with_orphan(request)
    world.fault("status", endpoint="delete", status=400, times=100)
    at_setu = world.requests()[0]
    world.sign(at_setu["id"], at_setu["signers"][0]["id"])
    for _ in range(4):
        work(request, run_due)
    assert reloaded(request).status == "sign_complete"


def test_an_orphan_of_a_request_that_is_quarantined_has_its_turn_again(opened, asha):
    it = opened(asha)
    with_orphan(it.request)
    it.world.fault("status", endpoint="delete", status=503)
    it.world.fault("unsigned", times=ALIKE_MAX)
    it.sign(0)
    tries = 0
    while it.request.status != "quarantined":
        it.go_on()
        tries += 1
        assert tries <= ALIKE_MAX + 1
    assert 0 < due_in(it.request) <= ORPHAN_SECONDS
    ten_minutes_pass(it.request)
    it.run_due()
    assert orphans_counted()["at_setu"] == 0


def test_an_orphan_does_not_wait_for_the_account_that_its_request_belongs_to(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    run_due()
    Submission.objects.filter(request=request).update(account="of another account")
    with_orphan(request)
    world.fault("status", endpoint="delete", status=503)
    work(request, run_due)
    assert 0 < due_in(request) <= ORPHAN_SECONDS


def test_deleting_an_orphan_may_be_repeated(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    work(request, run_due)
    world.fault("accept_then_hang", endpoint="delete")
    orphan, live = (each["id"] for each in world.requests())
    named(orphan)
    run_due()
    ten_minutes_pass(request)
    run_due()
    assert [each["id"] for each in world.requests()] == [live]
    assert all(each.deleted_at is None for each in submissions(request)), "one 404 is not believed"
    ten_minutes_pass(request)
    run_due()
    assert [each.deleted_at is None for each in submissions(request)] == [False, True]


@pytest.mark.parametrize("status", [500, 400])
def test_an_orphan_that_cannot_be_deleted_does_not_stop_its_request(world, manager, asha, run_due, status):
    request = ask(asha, by=manager)
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    work(request, run_due)
    orphan, live = world.requests()
    world.fault("status", endpoint="delete", times=100, status=status)
    named(orphan["id"])
    run_due()
    world.sign(live["id"], live["signers"][0]["id"])
    work(request, run_due)
    assert reloaded(request).status == "sign_complete"
    assert world.calls["delete"] == 1
    assert 0 < due_in(request) <= 600, "the orphan's turn comes again"


def test_an_orphan_is_removed_beside_a_request_that_is_cancelled(opened, manager, asha):
    it = opened(asha)
    with_orphan(it.request)
    request_cancel(request=it.request, by=manager)
    assert it.go_on().status == "cancelled"
    assert it.world.requests() == []
    assert all(each.deleted_at for each in submissions(it.request))
    assert SignerLink.objects.exists()


def test_who_cancels_while_setu_is_asked_about_an_orphan_does_not_wait_for_the_back_off(
    world, manager, asha, run_due
):
    request = ask(asha, by=manager)
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    world.fault("status", endpoint="upload", times=9)
    work(request, run_due)
    (orphan,) = there(world)
    asked = iter([True])

    def cancel_meanwhile(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        if sent.method == "GET" and Submission.objects.filter(setu_id=orphan) and next(asked, False):
            request_cancel(request=reloaded(request), by=manager)
            return httpx.Response(503)
        return response

    setu_provider.plug(Between(world, cancel_meanwhile))
    named(orphan)
    run_due()
    assert reloaded(request).status == "cancelled"
