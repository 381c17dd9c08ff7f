"""R25: the database is restored from a copy a minute old. Setu has gone on; nothing stays wrong, nothing is silent.

A savepoint stands for the copy: what is written after it is undone, what Setu did stays.
"""

import pytest
from django.db import transaction

from core.models import Job
from signing.models import SignatureRequest, SignedFile, Stray, Submission
from tests.flows.test_bad_days import time_passes, to_the_end

pytestmark = pytest.mark.django_db


def test_r25_a_request_that_completed_since_the_copy_completes_again(ask, run_due, world, asha, ravi):
    story = ask(asha, ravi)
    run_due()
    copy = transaction.savepoint()
    story.sign(0)
    story.sign(1)
    run_due()
    assert story.status == "sign_complete"
    transaction.savepoint_rollback(copy)
    assert story.status == "sign_initiated"
    time_passes()
    assert to_the_end(story, run_due) == "sign_complete"
    assert SignedFile.objects.get().signatures == 2


def test_r25_a_request_that_went_to_setu_since_the_copy_is_asked_for_anew(ask, run_due, world, client, asha):
    """The copy knows it as queued. The first one stays there, as somebody may have signed it, and is listed."""
    story = ask(asha)
    copy = transaction.savepoint()
    run_due()
    first = world.requests()[-1]["id"]
    transaction.savepoint_rollback(copy)
    assert to_the_end(story, run_due, until={"sign_initiated"}) == "sign_initiated"
    callback(client, world, first)
    run_due()
    assert Stray.objects.get(setu_id=first).outcome == "unknown"
    assert first in [each["id"] for each in world.requests()]
    assert Submission.objects.get(orphaned_at__isnull=True).setu_id == world.requests()[-1]["id"]
    assert story.status == "sign_initiated"


def test_r25_a_document_that_was_used_since_the_copy_is_uploaded_afresh(ask, run_due, world, client, asha):
    """The copy lies between upload and create: the same document again is refused by Setu, and that ends nothing."""
    story = ask(asha)
    used = restored_before_the_create(run_due)
    assert to_the_end(story, run_due, until={"sign_initiated", "failed"}) == "sign_initiated"
    callback(client, world, used)
    run_due()
    assert [each["id"] for each in world.requests()] == [
        Submission.objects.get(orphaned_at__isnull=True).setu_id
    ], "the one the copy did not know of is deleted at Setu"


def test_r25_a_signature_on_the_one_the_copy_did_not_know_of_is_not_deleted_but_counts(
    ask, run_due, world, asha, ravi
):
    """Between restore and callback Asha signs by the link she had: hers is the one that goes on."""
    story = ask(asha, ravi)
    used = restored_before_the_create(run_due)
    assert to_the_end(story, run_due, until={"sign_initiated", "failed"}) == "sign_initiated"
    assert len(world.requests()) == 2
    signs(world, used, asha)
    run_due()
    assert [each["id"] for each in world.requests()] == [used]
    assert story.status == "sign_pending"
    signs(world, used, ravi)
    run_due()
    assert story.status == "sign_complete"
    assert SignedFile.objects.get().signatures == 2


def test_r25_a_request_the_copy_does_not_know_at_all_is_listed_once_setu_names_it(
    ask, run_due, world, client, asha
):
    copy = transaction.savepoint()
    ask(asha)
    run_due()
    lost = world.requests()[-1]["id"]
    transaction.savepoint_rollback(copy)
    callback(client, world, lost)
    run_due()
    assert Stray.objects.get(setu_id=lost).outcome == "unknown"


def restored_before_the_create(run_due) -> str:
    """The request goes to Setu; then the database is as it was after the upload. Returns its id at Setu."""
    run_due()
    submission = Submission.objects.get()
    used = str(submission.setu_id)
    SignatureRequest.objects.update(stage="queued", status="queued", setu_status="")
    submission.links.all().delete()
    Submission.objects.update(setu_id=None, create_sent_at=None)
    Job.objects.update(due_at="2020-01-01T00:00:00Z", rest_until=None)
    return used


def signs(world, setu_id: str, user) -> None:
    """At Setu, by whatever link they have; we are told."""
    signers = next(each["signers"] for each in world.requests() if each["id"] == setu_id)
    world.sign(setu_id, next(each["id"] for each in signers if each["displayName"] == user.username))


def callback(client, world, setu_id: str) -> None:
    path = "/webhooks/setu/callback-token"
    assert client.post(path, world.notification(setu_id), content_type="application/json").status_code == 200
