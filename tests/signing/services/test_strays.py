"""Ids of Setu's that somebody named and we do not know."""

import httpx
import pytest
from django.db.models.functions import Now

from core.clock import after, database_now
from core.models import Job
from signing import setu_provider
from signing.models import Stray, Submission
from signing.services import strays
from signing.services.strays import stray_named
from signing.setu_provider import account_fingerprint
from tests.builders import reloaded
from tests.signing.builders import (
    Between,
    job_of,
    made_at_setu,
    owed,
    strays_due,
    submissions,
)


def due_now() -> None:
    """A ring's turn at the pace of all strays has come; what is due later is not."""
    Job.objects.filter(kind="signing.stray", due_at__lt=after(60)).update(due_at="2020-01-01T00:00:00Z")


def test_an_unknown_id_is_fetched_once_and_once_more_ten_minutes_later(world, db, run_due):
    for gets in (1, 1, 1):
        stray_named(setu_id="nobody-knows", cause="callback")
        run_due()
        assert world.calls["get"] == gets
    stray = Stray.objects.get()
    assert (stray.outcome, stray.cause) == ("unknown", "callback")
    due_at = Job.objects.get().due_at
    assert due_at is not None
    assert 590 < (due_at - database_now()).total_seconds() <= 600
    strays_due()
    run_due()
    assert (world.calls["get"], Job.objects.get().due_at) == (2, None)


def test_an_unknown_id_that_is_named_again_long_after_is_asked_about_anew_and_no_more_often(
    world, db, run_due
):
    stray_named(setu_id="nobody-knows", cause="callback")
    run_due()
    strays_due()
    run_due()
    Stray.objects.update(named_at=after(-601))
    for _ in range(3):
        stray_named(setu_id="nobody-knows", cause="callback")
        due_now()
        run_due()
    assert world.calls["get"] == 3
    assert Stray.objects.get().outcome == "unknown"


def test_what_setu_did_not_find_for_a_moment_is_adopted_ten_minutes_later(lost, world, run_due):
    request, setu_id = lost
    world.fault("status", endpoint="get", status=404)
    stray_named(setu_id=setu_id, cause="callback")
    run_due()
    assert (Stray.objects.get().outcome, world.calls["get"]) == ("unknown", 1)
    strays_due()
    run_due()
    assert Stray.objects.get().outcome == "adopted"
    assert reloaded(request).status == "sign_initiated"


def test_r8_a_lost_request_is_adopted_and_goes_on(lost, run_due):
    request, setu_id = lost
    stray_named(setu_id=setu_id, cause="callback")
    run_due()
    assert Stray.objects.get().outcome == "adopted"
    assert Submission.objects.get().setu_id == setu_id
    assert reloaded(request).status == "sign_initiated"


def test_a_superseded_request_is_deleted_at_setu(lost, world, run_due):
    request, setu_id = lost
    owed(request)
    run_due()
    stray_named(setu_id=setu_id, cause="callback")
    run_due()
    old, new = submissions(request)
    assert Stray.objects.get().outcome == "superseded"
    assert (old.setu_id, old.deleted_at is None) == (setu_id, False)
    assert [each["id"] for each in world.requests()] == [new.setu_id]
    assert reloaded(request).status == "sign_initiated"


def test_an_id_that_is_answered_meanwhile_changes_nothing(lost, run_due):
    """A callback may be faster than the answer to the create."""
    request, setu_id = lost
    stray_named(setu_id=setu_id, cause="callback")
    Submission.objects.update(setu_id=setu_id)
    run_due()
    assert Submission.objects.get().setu_id == setu_id
    assert reloaded(request).status == "sign_initiated"


@pytest.mark.parametrize(
    "redirect_url",
    [
        "https://elsewhere.test/return/{reference}/",
        "http://localhost:8000/return/{reference}",
        "http://localhost:8000/return/" + "0" * 32 + "/",
        "http://localhost:8000.evil.test/return/{reference}/",
    ],
)
def test_somebody_elses_request_is_left_alone(lost, world, run_due, redirect_url):
    request, _ = lost
    submission = Submission.objects.get()
    setu_id = made_at_setu(redirect_url.format(reference=submission.reference))
    stray_named(setu_id=setu_id, cause="callback")
    run_due()
    assert Stray.objects.get().outcome == "unknown"
    assert Submission.objects.get().setu_id is None
    assert job_of(request).due_at is None
    assert world.calls["delete"] == 0


@pytest.mark.parametrize("status", [500, 429, 401, 402, 409])
def test_setu_out_of_order_is_no_outcome(lost, world, run_due, status, settings):
    _, setu_id = lost
    world.fault("status", endpoint="get", status=status)
    stray_named(setu_id=setu_id, cause="callback")
    run_due()
    assert Stray.objects.get().outcome == ""
    job = Job.objects.get(kind="signing.stray")
    assert (job.failures, job.crashes) == (1, 0)
    assert settings.SETU_CLIENT_SECRET not in job.last_error
    strays_due()
    run_due()
    assert Stray.objects.get().outcome == "adopted"


def test_what_setu_keeps_refusing_is_unknown_in_the_end(lost, world, run_due):
    _, setu_id = lost
    world.fault("status", endpoint="get", status=402, times=100)
    stray_named(setu_id=setu_id, cause="callback")
    run_due()
    for _ in range(3 * strays.REFUSALS_MAX):
        if Job.objects.get(kind="signing.stray").due_at:
            strays_due()
        run_due()
    assert Stray.objects.get().outcome == "unknown"
    assert Job.objects.get(kind="signing.stray").due_at is None
    assert world.calls["get"] == 2 * (strays.REFUSALS_MAX + 1)


@pytest.mark.parametrize("setu_id", ["../documents/x", "..", "a/b?c#d", "x" * 200])
def test_an_id_cannot_lead_to_another_path(world, db, run_due, setu_id):
    paths = []

    def watch(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        paths.append(request.url.raw_path.decode())
        return response

    setu_provider.plug(Between(world, watch))
    stray_named(setu_id=setu_id, cause="callback")
    run_due()
    assert Stray.objects.get().outcome == "unknown"
    assert all(path.startswith("/api/signature/") and path.count("/") == 3 for path in paths)


def test_strays_wait_in_line_one_a_second(db):
    for no in range(3):
        stray_named(setu_id=f"unknown-{no}", cause="callback")
    now = database_now()
    waits = [((job.due_at or now) - now).total_seconds() for job in Job.objects.order_by("id")]
    assert [round(wait) for wait in waits] == [0, 1, 2]


def test_a_flood_of_unknown_ids_is_not_remembered(db):
    Stray.objects.bulk_create(
        Stray(setu_id=f"unknown-{no}", cause="callback") for no in range(strays.WAITING_MAX)
    )
    stray_named(setu_id="one-more", cause="callback")
    assert Stray.objects.count() == strays.WAITING_MAX
    Stray.objects.filter(setu_id="unknown-0").update(outcome="unknown")
    stray_named(setu_id="one-more", cause="callback")
    assert Stray.objects.filter(setu_id="one-more").exists()


def test_a_submission_orphaned_long_ago_is_still_recognised(lost, world, run_due):
    request, setu_id = lost
    Submission.objects.update(orphaned_at=Now())
    Submission.objects.create(request=request, no=2, account=account_fingerprint())
    stray_named(setu_id=setu_id, cause="return")
    run_due()
    assert setu_id not in [each["id"] for each in world.requests()]


@pytest.mark.parametrize("status", [500, 402])
def test_a_second_request_under_one_reference_is_deleted_as_soon_as_setu_lets_us(
    lost, world, run_due, status
):
    request, setu_id = lost
    submission = Submission.objects.get()
    stray_named(setu_id=setu_id, cause="callback")
    run_due()
    second = made_at_setu(f"http://localhost:8000/return/{submission.reference}/")
    world.fault("status", endpoint="delete", status=status)
    stray_named(setu_id=second, cause="callback")
    strays_due()
    run_due()
    assert Stray.objects.get(setu_id=second).outcome == "superseded"
    assert len(world.requests()) == 2
    Submission.objects.update(delete_tried_at=None)  # ten minutes later
    owed(request)
    run_due()
    assert [each["id"] for each in world.requests()] == [setu_id]
    assert reloaded(request).status == "sign_initiated"


def test_one_that_bears_an_older_address_of_ours_is_known_by_its_document(lost, run_due, settings):
    request, setu_id = lost
    settings.PUBLIC_URL = "https://moved.test"
    stray_named(setu_id=setu_id, cause="callback")
    run_due()
    assert Stray.objects.get().outcome == "adopted"
    assert reloaded(request).status == "sign_initiated"
