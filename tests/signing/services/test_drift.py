"""The rows follow from the chain: a clean history has no difference, and each column tampered with is named."""

import pytest
from django.db.models import F

from core.events import event_append
from core.models import Event, EventPayload, Job
from signing.models import SignatureRequest, SignedFile, Signer
from signing.services.archive import ALIKE_MAX
from signing.services.cancel import request_cancel
from signing.services.drift import drift_find
from signing.services.requests import request_check
from tests.signing.builders import ask, ten_minutes_pass_since_gone


def named() -> list[str]:
    """The columns that differ, without the signers' ids."""
    return [" ".join(word for word in drift.column.split() if "-" not in word) for drift in drift_find()]


@pytest.fixture
def completed(opened, asha, ravi) -> SignatureRequest:
    """Two signers, a failed attempt, both signed, stored."""
    it = opened(asha, ravi)
    it.world.fail(it.setu_id, it.setu_signers[0], "invaild_otp")
    it.go_on()
    it.sign(1)
    it.go_on()
    it.sign(0)
    done: SignatureRequest = it.go_on()
    return done


def test_a_request_from_beginning_to_end_has_no_difference(completed):
    assert completed.status == "sign_complete"
    assert named() == []


def test_every_way_of_a_request_so_far_has_none(opened, manager, asha, ravi):
    ask(asha, by=manager)  # queued
    opened(asha)  # open, and seen by nobody
    partly = opened(asha, ravi)
    partly.sign(0)
    partly.world.decline(partly.setu_id, partly.setu_signers[1])
    partly.go_on()
    session = opened(asha)
    session.world.open(session.setu_id, session.setu_signers[0])
    session.go_on()
    assert session.request.status == "sign_in_progress"
    gone = opened(asha)
    gone.world.delete(gone.setu_id)
    gone.go_on()
    ten_minutes_pass_since_gone(gone.request)
    assert gone.go_on().ending_reason == "withdrawn_at_setu"
    assert named() == []


def test_a_refused_request_has_none(world, manager, asha, run_due):
    world.fault("status", endpoint="create", status=400, code="invalid_payload")
    request = ask(asha, by=manager)
    run_due()
    request.refresh_from_db()
    assert request.ending_reason == "refused_by_setu"
    assert named() == []


def test_a_quarantined_request_has_none_before_and_after_somebody_checks_it_again(opened, manager, asha):
    it = opened(asha)
    it.world.fault("unsigned", times=ALIKE_MAX)
    it.sign(0)
    for _ in range(ALIKE_MAX):
        it.go_on()
    assert it.request.stage == "quarantined"
    assert named() == []
    request_check(request=it.request, by=manager)
    assert named() == []
    assert it.go_on().status == "sign_complete"
    assert named() == []


def test_a_cancelled_request_has_none_at_any_moment_nor_has_one_that_completed_after_all(
    opened, manager, asha
):
    it = opened(asha)
    it.world.decline(it.setu_id, it.setu_signers[0])
    request_cancel(request=it.request, by=manager, reason="The wrong contract.")
    assert named() == []
    assert it.go_on().status == "declined"
    never_sent = ask(asha, by=manager)
    request_cancel(request=never_sent, by=manager)
    it.run_due()
    late = opened(asha)
    request_cancel(request=late.request, by=manager)
    late.sign(0)
    assert late.go_on().status == "sign_complete"
    assert named() == []


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("cancel_asked", {"cancel_asked_at": "2026-01-01T00:00:00Z"}),
        ("stage", {"stage": "archiving"}),
        ("status", {"status": "sign_pending"}),
        ("ending", {"ending": "failed"}),
        ("ending_reason", {"ending_reason": "refused_by_setu"}),
        ("setu_status", {"setu_status": "sign_pending"}),
        ("seen_look", {"seen_look": 1}),
    ],
)
def test_a_requests_column_that_was_tampered_with_is_named(completed, column, change):
    SignatureRequest.objects.filter(id=completed.id).update(**change)
    assert column in named()


def test_a_look_that_is_later_than_any_claim_is_named(completed):
    SignatureRequest.objects.filter(id=completed.id).update(seen_look=F("seen_look") + 1000)
    assert named() == ["seen_look"]


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("signer setu_status", {"setu_status": "pending"}),
        ("signer err_code", {"err_code": "signer_declined"}),
        ("signer seen_look", {"seen_look": 1}),
        ("signer signed_at set", {"signed_at": None}),
    ],
)
def test_a_signers_column_that_was_tampered_with_is_named(completed, column, change):
    Signer.objects.filter(request=completed, no=1).update(**change)
    assert named() == [column]


def test_a_signer_who_was_exchanged_or_taken_away_is_named(completed, manager):
    Signer.objects.filter(request=completed, no=1).update(user=manager)
    assert named() == ["people"]
    Signer.objects.filter(request=completed, no=1).delete()
    assert named() == ["people", "signer"]


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("file", {"sha256": "0" * 64}),
        ("blob", {"blob": "elsewhere/" + "0" * 64}),
        ("signatures", {"signatures": 1}),
    ],
)
def test_a_signed_files_row_that_was_tampered_with_is_named(completed, column, change):
    SignedFile.objects.filter(request=completed).update(**change)
    assert named() == [column]


def test_a_signed_file_that_is_gone_is_named(completed):
    SignedFile.objects.filter(request=completed).delete()
    assert named() == ["file", "blob", "signatures"]


def test_a_broken_chain_is_named_and_not_replayed(completed):
    Event.objects.filter(chain=completed.id, seq=2).update(kind="request.completed")
    (drift,) = drift_find()
    assert (drift.column, drift.live) == ("chain", "broken at 2")


def test_a_chain_whose_end_was_cut_off_is_seen_by_the_rows(completed):
    Event.objects.filter(chain=completed.id, kind="request.completed").delete()
    assert {"stage", "status", "ending", "file"} <= set(named())


def test_a_request_whose_row_is_gone_is_named_by_its_chain(completed, opened, asha):
    kept = opened(asha)
    SignedFile.objects.filter(request=completed).delete()
    Signer.objects.filter(request=completed).delete()
    SignatureRequest.objects.filter(id=completed.id).delete()
    (drift,) = drift_find()
    assert (drift.request_id, drift.column, drift.live) == (completed.id, "request", "gone")
    assert list(drift_find(only=[kept.request_id])) == []


def test_an_empty_chain_is_named(completed):
    Event.objects.filter(chain=completed.id).delete()
    assert named() == ["chain"]


def test_a_look_whose_details_were_erased_is_told_apart_from_a_difference(completed):
    EventPayload.objects.filter(event__chain=completed.id, event__kind="look.changed").delete()
    (drift,) = drift_find()
    assert (drift.column, drift.live) == ("chain", "look.changed has lost its details")


def test_a_chain_that_tells_of_a_step_back_does_not_take_one(completed):
    signer = Signer.objects.get(request=completed, no=1)
    later = Job.objects.get(subject=completed.id).fence
    signers = {str(signer.id): ["pending", ""]}
    event_append(
        chain=completed.id, kind="look.changed", look=later, setu_status="sign_pending", signers=signers
    )
    assert named() == []


def test_batches_tell_the_same_as_one(opened, manager, asha):
    for _ in range(5):
        opened(asha)
    SignatureRequest.objects.update(status="failed")
    assert len(list(drift_find(batch=2))) == len(list(drift_find())) == 5
    one = SignatureRequest.objects.order_by("id")[3]
    assert [drift.request_id for drift in drift_find(only=[one.id])] == [one.id]
