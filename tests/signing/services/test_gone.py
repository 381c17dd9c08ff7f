"""Submissions that Setu does not find: what it says on a bad day costs no signature, and nothing waits for ever."""

from datetime import timedelta

import httpx
import pytest
from django.db.models import F
from django.db.models.functions import Now

from core.clock import after
from signing import setu_provider
from signing.models import SignatureRequest, Submission
from signing.services.doorbells import return_rung
from signing.services.orphans import ORPHAN_FAILED_SECONDS, ORPHAN_SECONDS, orphans_counted
from signing.services.schedule import BUCKET_SIZE
from tests.builders import reloaded
from tests.signing.builders import (
    Between,
    ask,
    due_in,
    named,
    owed,
    sign,
    submissions,
    ten_minutes_pass,
    there,
)


@pytest.fixture
def missed(doubled, world, run_due):
    """An orphan that a callback has named, and that Setu says once it does not know."""
    request, orphan, live = doubled
    Submission.objects.filter(request=request, no=1).update(setu_id=orphan)
    world.fault("status", endpoint="get", request_id=orphan, status=404)
    owed(request)
    run_due()
    assert (there(world), orphans_counted()["at_setu"]) == ([orphan, live], 1)
    return request, orphan, live


def signed_and_named(request, orphan, world, run_due):
    """Somebody signs it ten minutes later, and the callback comes."""
    sign(world, orphan, 0)
    ten_minutes_pass(request)
    named(orphan)
    run_due()


def test_one_404_is_not_believed_and_a_signature_made_later_counts(missed, world, run_due):
    request, orphan, _ = missed
    signed_and_named(request, orphan, world, run_due)
    assert there(world) == [orphan]
    assert reloaded(request).status == "sign_pending"
    assert Submission.objects.get(setu_id=orphan).gone_at is None


def test_its_turn_comes_again_in_ten_minutes_however_old_the_request_is(missed, world, run_due):
    request, _, _ = missed
    SignatureRequest.objects.filter(id=request.id).update(created_at=after(-9 * 86_400), activity_at=None)
    owed(request)
    run_due()
    assert 0 < due_in(request) <= ORPHAN_SECONDS


def test_where_setu_did_not_answer_its_turn_comes_again_in_a_minute(doubled, world, run_due):
    request, orphan, live = doubled
    mine = Submission.objects.filter(request=request, no=1)
    mine.update(setu_id=orphan)
    world.fault("status", endpoint="get", request_id=orphan, status=503)
    owed(request)
    run_due()
    assert there(world) == [orphan, live]
    assert 0 < due_in(request) <= ORPHAN_FAILED_SECONDS
    mine.update(delete_tried_at=F("delete_tried_at") - timedelta(seconds=ORPHAN_FAILED_SECONDS))
    owed(request)
    run_due()
    assert there(world) == [live]


def test_a_good_answer_in_between_starts_the_count_again(missed, world, run_due):
    request, orphan, _ = missed
    world.open(orphan, world.requests()[0]["signers"][0]["id"])
    ten_minutes_pass(request)
    run_due()
    world.fault("status", endpoint="get", request_id=orphan, status=404)
    ten_minutes_pass(request)
    run_due()
    assert Submission.objects.get(setu_id=orphan).deleted_at is None


def test_one_that_was_taken_for_removed_is_looked_at_when_it_is_named(missed, world, run_due):
    request, orphan, _ = missed
    world.fault("status", endpoint="get", request_id=orphan, status=404)
    ten_minutes_pass(request)
    run_due()
    assert Submission.objects.get(setu_id=orphan).deleted_at is not None
    assert orphans_counted()["at_setu"] == 0
    signed_and_named(request, orphan, world, run_due)
    assert there(world) == [orphan]
    assert reloaded(request).status == "sign_pending"


def test_one_that_was_taken_for_removed_is_looked_at_when_its_signer_comes_back(missed, world, run_due):
    request, orphan, _ = missed
    Submission.objects.filter(setu_id=orphan).update(deleted_at=Now(), delete_tried_at=after(-60))
    sign(world, orphan, 0)
    owed(request)
    assert return_rung(reference=Submission.objects.get(setu_id=orphan).reference)
    run_due()
    assert reloaded(request).status == "sign_pending"


def test_no_404_is_believed_while_setu_finds_no_other_request(missed, world, run_due, asha, manager):
    request, orphan, _ = missed
    other = ask(asha, by=manager)
    run_due()
    SignatureRequest.objects.filter(id=other.id).update(confirmed_at=after(-3600))
    world.fault("status", endpoint="get", status=404, times=2)
    ten_minutes_pass(request)
    run_due()
    assert Submission.objects.get(setu_id=orphan).deleted_at is None
    owed(other)
    run_due()
    world.fault("status", endpoint="get", request_id=orphan, status=404)
    ten_minutes_pass(request)
    run_due()
    assert Submission.objects.get(setu_id=orphan).deleted_at is not None


def test_however_often_an_orphan_is_named_setu_is_asked_once_in_ten_seconds(missed, world, run_due):
    request, orphan, _ = missed
    world.delete(orphan)
    asked: list[str] = []

    def then(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        asked.append(sent.url.path.rpartition("/")[2])
        return response

    setu_provider.plug(Between(world, then))
    Submission.objects.filter(setu_id=orphan).update(delete_tried_at=after(-11))
    for _ in range(5):
        named(orphan)
        owed(request)
        run_due()
    assert asked.count(orphan) == 1


def test_a_newer_one_that_setu_does_not_find_is_replaced(doubled, world, run_due):
    request, orphan, live = doubled
    sign(world, orphan, 0)
    world.delete(live)
    named(orphan)
    run_due()
    assert Submission.objects.get(request=request, orphaned_at=None).setu_id == orphan
    assert reloaded(request).status == "sign_pending"


@pytest.fixture
def known(lost):
    """A request whose create got no answer, and whose id at Setu somebody has named since."""
    request, setu_id = lost
    Submission.objects.filter(request=request).update(setu_id=setu_id)
    return request, setu_id


def test_one_that_is_withdrawn_before_it_is_taken_over_does_not_keep_us_waiting_for_ever(
    known, world, run_due
):
    request, setu_id = known
    world.delete(setu_id)
    owed(request)
    run_due()
    assert world.calls["create"] == 1, "one 404 is not believed"
    assert 590 < due_in(request) <= 600
    ten_minutes_pass(request)
    run_due()
    assert reloaded(request).status == "sign_initiated"
    old, new = submissions(request)
    assert (old.deleted_at is None, new.deleted_at) == (False, None)
    assert there(world) == [new.setu_id]


def test_one_that_is_not_found_for_a_moment_is_taken_over_with_its_signature(known, world, run_due):
    request, setu_id = known
    sign(world, setu_id, 0)
    world.fault("status", endpoint="get", status=404, times=3)
    for _ in range(3):
        named(setu_id)
        owed(request)
        run_due()
    assert reloaded(request).status == "queued"
    named(setu_id)
    owed(request)
    run_due()
    assert there(world) == [setu_id]
    assert (reloaded(request).status, world.calls["create"]) == ("sign_complete", 1)


def test_who_names_one_that_setu_does_not_find_causes_no_more_looks_than_the_bucket_holds(
    known, world, run_due
):
    request, setu_id = known
    world.delete(setu_id)
    owed(request)
    for _ in range(20):
        named(setu_id)
        run_due()
    assert 1 <= world.calls["get"] <= BUCKET_SIZE
