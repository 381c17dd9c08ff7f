"""Each bad day that Setu can have, by the stand-in's catalogue: the story ends as it would have, or says why not.

R19 and the table of faults in the stand-in's own documentation. Time passes between the tries (back-offs, the bucket
of looks): what is owed is made due.
"""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from core.models import Job
from core.storage import blob_read
from signing.models import SignatureRequest, SignedFile, Submission
from tests.standin.catalogue import KNOWN
from tests.standin.decoys import blank
from webhooks.models import InboundDelivery

ENDS = {"sign_complete", "failed", "quarantined"}
TRIES = 14

# A fault, where it strikes, its arguments; how often. All of these are overcome.
Case = tuple[str, str | None, dict[str, Any], int]
OVERCOME: list[Case] = [
    *[
        ("status", endpoint, {"status": status, "html": html}, 2)
        for endpoint in ("upload", "create", "get", "download", "file")
        for status, html in ((500, False), (502, True), (503, False), (504, True), (429, False))
    ],
    ("status", "get", {"status": 429, "retry_after": 7}, 1),
    *[
        ("status", endpoint, {"status": status, "html": html}, 2)
        for endpoint in ("upload", "create", "get", "download")
        for status, html in ((401, False), (403, True))
    ],
    *[("accept_then_hang", endpoint, {}, 2) for endpoint in ("upload", "create", "get", "download", "file")],
    *[("slow", endpoint, {"seconds": 0.02}, 3) for endpoint in ("upload", "create", "get", "file")],
    ("trickle", "get", {"seconds": 0.05}, 1),
    ("trickle", "file", {"seconds": 0.05}, 1),
    ("broken_off", "get", {}, 2),
    ("broken_off", "file", {}, 2),
    ("unknown_status", "get", {}, 2),
    ("unknown_status", "create", {}, 1),
    ("unknown_signer_status", "get", {}, 2),
    ("unknown_err_code", "get", {}, 2),
    *[("extra_keys", endpoint, {}, 1) for endpoint in ("get", "create", "upload", "download")],
    ("missing_keys", "get", {}, 2),
    ("missing_keys", "create", {}, 1),
    ("reordered", "get", {}, 3),
    ("reordered", "create", {}, 1),
    ("truncated", "file", {}, 2),
    ("not_pdf", "file", {}, 2),
    ("empty", "file", {}, 2),
    ("expired_link", "file", {}, 2),
    ("expired_link", "download", {}, 2),
    *[(name, "file", {}, 4) for name in ("wrong_file", "missing_signature", "unsigned")],
    ("callback_lost", None, {}, 9),
    ("callback_duplicate", None, {}, 2),
    ("callback_duplicate", None, {"new_time_stamp": True}, 2),
    ("callback_out_of_order", None, {}, 1),
    ("callback_delayed", None, {}, 2),
    ("callback_early", None, {}, 1),
    *[("callback_forged", None, {"kind": kind}, 1) for kind in KNOWN["callback_forged"].choices["kind"]],
    ("callback_refused", None, {}, 9),
    ("callback_refused", None, {"status": 0}, 2),
    ("clock_skew", "callback", {}, 2),
    ("clock_skew", "callback", {"seconds": -86_400.0}, 2),
    ("clock_skew", "download", {"seconds": -86_400.0}, 1),
    ("redirect_missing", None, {}, 2),
    ("redirect_repeated", None, {}, 2),
    *[("redirect_forged", None, {"kind": kind}, 2) for kind in KNOWN["redirect_forged"].choices["kind"]],
]
NOT_OVERCOME = {"withdrawn", "session_stuck"}  # each has a test of its own


def time_passes() -> None:
    SignatureRequest.objects.update(bucket_at=None)
    Job.objects.filter(dead_at__isnull=True).update(rest_until=None)
    Job.objects.filter(dead_at__isnull=True, due_at__isnull=False).update(due_at="2020-01-01T00:00:00Z")


def to_the_end(story, run_due, *, until: set[str] = ENDS) -> str:
    """Let it be worked, time passing between the tries."""
    for _ in range(TRIES):
        run_due()
        if story.status in until:
            break
        time_passes()
    return str(story.status)


def named(case: Case) -> str:
    name, endpoint, args, times = case
    return "-".join([name, *([endpoint] if endpoint else []), *map(str, args.values()), f"x{times}"])


@pytest.mark.parametrize("case", OVERCOME, ids=named)
def test_it_is_overcome_and_the_request_completes(case, ask, run_due, world, client, asha, ravi):
    name, endpoint, args, times = case
    where = {"endpoint": endpoint} if endpoint else {}
    fault = world.fault(name, times=times, **where, **args)
    story = ask(asha, ravi)
    assert to_the_end(story, run_due, until={"sign_initiated"}) == "sign_initiated"
    for no in (0, 1):
        back = story.sign(no)
        if back:
            client.get("/return/" + back.split("/return/", 1)[1])
        run_due()
    assert to_the_end(story, run_due) == "sign_complete"
    world.release()
    run_due()
    assert fault.times is not None
    assert fault.times < times, "it did strike"
    true_file = world.signed_file(story.at_setu["id"])
    kept = SignedFile.objects.get()
    assert (kept.signatures, kept.sha256) == (2, hashlib.sha256(true_file).hexdigest())
    assert blob_read(kept.blob) == true_file
    assert not Job.objects.filter(dead_at__isnull=False).exists()
    live = Submission.objects.get(orphaned_at__isnull=True)
    assert live.setu_id == story.at_setu["id"]
    assert story.status == "sign_complete", "and nothing that comes late changes it"


def test_another_document_with_as_many_pages_is_quarantined_and_a_manager_can_have_it_checked_again(
    ask, run_due, world, asha, ravi
):
    """A mixed-up store: the file is whole, and signed by as many people, and is somebody else's contract."""
    world.fault("wrong_file", times=5)
    story = ask(asha, ravi, content=blank("Our contract"))
    run_due()
    story.sign(0)
    story.sign(1)
    assert to_the_end(story, run_due) == "quarantined"
    assert story.read()["status_reason"] == "another_document"
    assert not SignedFile.objects.exists()
    story.manager.post(f"signature/{story.request_id}/check/")
    assert to_the_end(story, run_due, until={"sign_complete"}) == "sign_complete"
    true_file = world.signed_file(story.at_setu["id"])
    assert SignedFile.objects.get().sha256 == hashlib.sha256(true_file).hexdigest()


def test_an_operator_can_let_a_file_pass_that_is_not_recognised_and_the_log_tells(
    ask, run_due, world, asha, settings, caplog
):
    """In case that Setu writes files in a way we do not know: else every request would stay quarantined."""
    settings.SIGNED_FILE_MUST_MATCH = False
    world.fault("wrong_file", times=1)
    story = ask(asha, content=blank("Our contract"))
    run_due()
    story.sign(0)
    assert to_the_end(story, run_due, until={"sign_complete"}) == "sign_complete"
    (told,) = [record for record in caplog.records if record.message == "archive.not_compared"]
    assert (str(told.request_id), told.reason) == (story.request_id, "another_document")


def test_every_fault_of_the_catalogue_is_met_here():
    assert {name for name, *_ in OVERCOME} | NOT_OVERCOME == set(KNOWN)


def test_a_request_withdrawn_behind_our_back_ends_after_two_404s_ten_minutes_apart(ask, run_due, world, asha):
    story = ask(asha)
    run_due()
    world.fault("withdrawn", endpoint="get")
    story.manager.post(f"signature/{story.request_id}/check/")
    run_due()
    assert story.status == "sign_initiated", "one 404 ends nothing"
    SignatureRequest.objects.update(gone_at=F("gone_at") - timedelta(minutes=10))
    time_passes()
    run_due()
    assert (story.status, story.read()["status_reason"]) == ("failed", "withdrawn_at_setu")
    calls = world.calls["get"]
    time_passes()
    run_due()
    assert world.calls["get"] == calls, "and it is asked about no more"


def test_a_signer_who_vanishes_with_an_open_session_holds_the_others_up_and_no_longer(
    ask, run_due, world, asha, ravi
):
    story = ask(asha, ravi)
    run_due()
    at_setu = story.at_setu
    world.open(at_setu["id"], at_setu["signers"][0]["id"])
    story.manager.post(f"signature/{story.request_id}/check/")
    run_due()
    assert story.status == "sign_in_progress"
    world.clock.advance(901)
    time_passes()
    story.manager.post(f"signature/{story.request_id}/check/")
    run_due()
    assert story.status == "sign_initiated"
    assert story.read()["signers"][0]["errCode"] == "session_expired"


def test_a_callback_of_a_receiver_that_failed_is_not_needed(ask, run_due, world, asha, settings):
    """Setu repeats in vain and gives up; the clock's look finds it."""
    world.fault("callback_refused", times=None)
    story = ask(asha)
    run_due()
    InboundDelivery.objects.all().delete()
    story.sign(0)
    assert to_the_end(story, run_due) == "sign_complete"


@pytest.mark.django_db(transaction=True)
def test_doubles_that_come_at_once_are_acknowledged_both_and_kept_once(ask, run_due, world, asha):
    story = ask(asha)
    run_due()
    wanted = Job.objects.get().wanted
    fault = world.fault("callback_duplicate", at_once=True)
    story.sign(0)
    assert fault.times == 0, "it did strike"
    assert [each.attempts for each in world.deliveries] == [[200], [200]]
    assert InboundDelivery.objects.count() == 1
    assert Job.objects.get().wanted == wanted + 1
    run_due()
    assert story.status == "sign_complete"


def test_a_signature_that_is_told_of_before_the_create_is_answered_shows_at_once(ask, run_due, world, asha):
    """The callback finds no request with that id; the id is asked about, and known by then."""
    world.fault("callback_early", sign=True)
    story = ask(asha)
    run_due()
    assert InboundDelivery.objects.filter(request=None).count() == 1
    assert story.status == "sign_complete"
    assert (len(world.requests()), Submission.objects.count()) == (1, 1)


@pytest.mark.parametrize(("status", "html"), [(401, False), (403, True)])
@pytest.mark.parametrize("endpoint", ["upload", "create", "get", "download"])
def test_credentials_that_are_refused_mid_run_are_an_operators_alert_and_no_requests_fault(
    ask, run_due, world, asha, caplog, endpoint, status, html
):
    world.fault("status", endpoint=endpoint, status=status, html=html)
    story = ask(asha)
    assert to_the_end(story, run_due, until={"sign_initiated"}) == "sign_initiated"
    story.sign(0)
    assert to_the_end(story, run_due) == "sign_complete"
    told = [record for record in caplog.records if record.getMessage() == "setu.denied"]
    assert [record.levelname for record in told] == ["ERROR"]
