"""Replay: what callbacks named is looked at again; what is done stays done."""

import io
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from core.clock import after
from core.models import Event, Job
from signing.models import SignatureRequest, Stray, Submission
from tests.builders import make_document, make_request, reloaded
from webhooks.models import InboundDelivery
from webhooks.replay import Outcome, Replay, deliveries_replay, deliveries_to_replay


def delivered(no: int, setu_id: str, request: SignatureRequest | None = None) -> InboundDelivery:
    return InboundDelivery.objects.create(digest=f"d{no}", setu_id=setu_id, size=1, request=request)


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("replay_deliveries", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def snapshot() -> Callable[[], list[object]]:
    """All that replaying must not change: states, words of Setu's, events, deliveries."""

    def take() -> list[object]:
        requests = SignatureRequest.objects.order_by("id").values(
            "id", "status", "stage", "setu_status", "hint", "ending"
        )
        rows = (
            requests,
            Event.objects.values("id", "digest"),
            InboundDelivery.objects.order_by("id").values(),
        )
        return [list(each) for each in rows]

    return take


def test_a_delivery_rings_its_request_and_believes_nothing(manager, asha, snapshot):
    request = make_request(by=manager, signers=[asha])
    delivery = delivered(1, "setu-1", request)
    before = snapshot()
    assert Replay().delivery(delivery) == Outcome.RUNG
    assert snapshot() == before
    assert Job.objects.get(subject=request.id).cause == "replay"


def test_what_could_not_be_placed_is_matched_when_its_id_is_known(manager, asha):
    delivery = delivered(1, "late")
    request = make_request(by=manager, signers=[asha], setu_id="late")
    assert Replay().delivery(delivery) == Outcome.MATCHED
    delivery.refresh_from_db()
    assert delivery.request == request
    assert Replay().delivery(delivery) == Outcome.RUNG


def test_an_unknown_id_is_asked_about_once_more_and_matched_by_the_next_replay(
    world, manager, asha, run_due, as_user
):
    """A create whose answer got lost; Setu was asked while it did not know the id yet."""
    document = make_document(by=manager)
    world.fault("accept_then_hang", endpoint="create")
    world.fault("callback_lost", times=9)
    answer = as_user(manager).ask(str(document.id), [asha])
    run_due()
    (at_setu,) = world.requests()
    Stray.objects.create(setu_id=at_setu["id"], cause="callback", outcome="unknown")
    delivery = delivered(1, at_setu["id"])
    assert Replay().delivery(delivery) == Outcome.ASKED
    Job.objects.update(due_at=after(-1))
    run_due()
    assert Stray.objects.get().outcome == "adopted"
    assert Replay().delivery(delivery) == Outcome.MATCHED
    assert str(reloaded(answer.json()["id"]).id) == str(Submission.objects.get().request_id)


def test_what_has_ended_is_left_alone(manager, asha):
    request = make_request(by=manager, signers=[asha], stage="ended", ending="cancelled")
    assert Replay().delivery(delivered(1, "setu-1", request)) == Outcome.ENDED
    assert Replay().delivery(delivered(2, "setu-1")) == Outcome.MATCHED
    assert not Job.objects.exists()


def test_r20_a_thousand_replayed_change_nothing_that_was_already_done(
    world, manager, asha, run_due, snapshot
):
    """All requests end as they had; each is rung once, however many deliveries name it."""
    done = [
        make_request(by=manager, signers=[asha], setu_id=f"done-{no}", stage="ended", ending="sign_complete")
        for no in range(5)
    ]
    InboundDelivery.objects.bulk_create(
        InboundDelivery(digest=f"d{no}", setu_id=f"done-{no % 5}", size=1, request=done[no % 5])
        for no in range(1000)
    )
    before = snapshot()
    for _ in range(2):
        assert said() == "  1000  its request has ended; left alone\n1000 deliveries replayed.\n"
        run_due()
    assert snapshot() == before
    assert world.calls == {}


def test_many_deliveries_of_one_request_ring_it_once(manager, asha):
    request = make_request(by=manager, signers=[asha])
    deliveries = [delivered(no, "setu-1", request) for no in range(20)]
    assert deliveries_replay(deliveries)[Outcome.RUNG] == 20
    assert Job.objects.get(subject=request.id).wanted == 1


def test_many_deliveries_of_one_unknown_id_ask_once(db):
    counts = deliveries_replay([delivered(no, "whose") for no in range(20)])
    assert counts[Outcome.ASKED] == 20
    assert Stray.objects.count() == 1
    assert Job.objects.get().wanted == 1


def test_a_delivery_whose_id_was_purged_is_left_out_and_asks_nothing(manager, asha):
    delivered(1, "")
    ended = delivered(2, "", make_request(by=manager, signers=[asha], stage="ended", ending="cancelled"))
    assert list(deliveries_to_replay(since_seconds=None, unmatched=False)) == [ended]
    assert said("--unmatched", "--since", "all").splitlines()[-1] == "0 deliveries replayed."
    assert Replay().delivery(InboundDelivery.objects.get(digest="d1")) == Outcome.PURGED
    assert not Stray.objects.exists()
    assert not Job.objects.exists()


def test_the_command_tells_what_it_did_and_obeys_its_limits(manager, asha):
    request = make_request(by=manager, signers=[asha])
    old, new, unknown = (
        delivered(1, "setu-1", request),
        delivered(2, "setu-1", request),
        delivered(3, "whose"),
    )
    InboundDelivery.objects.filter(id=old.id).update(received_at=after(-3 * 86_400))
    assert "     1  its request is rung" in said()
    assert said("--unmatched").splitlines()[-1] == "1 deliveries replayed."
    assert said("--since", "all").splitlines()[-1] == "3 deliveries replayed."
    assert said("--since", "4d", "--limit", "1").splitlines()[-1].startswith("There are more")
    assert said("--since", "2d").splitlines()[-1] == "2 deliveries replayed."
    assert {new.request_id, unknown.request_id} == {request.id, None}


@pytest.mark.parametrize("arguments", [("--since", "soon"), ("--since", "0h"), ("--limit", "0")])
def test_what_the_command_does_not_understand_it_says(db, arguments):
    with pytest.raises(CommandError, match="--"):
        said(*arguments)
