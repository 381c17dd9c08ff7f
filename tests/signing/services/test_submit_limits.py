"""What Setu's refusals and silences may cost: neither a request that could still go on, nor creates without end."""

import httpx
import pytest

from signing import setu_provider
from signing.models import Stray
from signing.services.stalled import CREATES_MAX
from signing.setu.errors import FINAL_CODES
from tests.builders import reloaded
from tests.signing.builders import (
    Between,
    ask,
    due_in,
    errors_logged,
    events,
    is_create,
    job_of,
    named,
    sign,
    submissions,
    there,
    work,
)
from tests.standin.transport import Transport

OTHERS = [
    (402, "quota_exceeded"),
    (404, "product_not_found"),
    (409, "in_use"),
    (400, "invalid_redirect_url"),
    (413, ""),
]


def test_only_these_words_of_setus_end_a_request():
    """A change of the list is a decision: Setu documents no others for uploads and creates."""
    assert {"invalid_document", "invalid_payload"} == FINAL_CODES


@pytest.mark.parametrize("endpoint", ["upload", "create"])
@pytest.mark.parametrize(("status", "code"), OTHERS)
def test_any_other_refusal_is_waited_for_and_shown(
    world, manager, asha, run_due, as_user, caplog, endpoint, status, code, trouble
):
    request = ask(asha, by=manager)
    world.fault("status", endpoint=endpoint, status=status, code=code, times=8)
    run_due()
    work(request, run_due, times=7)
    assert (reloaded(request).status, job_of(request).failures) == ("queued", 8)
    assert f"({status}" in trouble(request)
    assert "An operator has to look" in trouble(request)
    assert "setu.unexpected" in errors_logged(caplog)
    work(request, run_due)
    assert reloaded(request).status == "sign_initiated"
    assert (len(world.requests()), len(submissions(request))) == (1, 1)
    assert world.calls["upload"] == {"upload": 9, "create": 1}[endpoint], "a refused create has used nothing"


@pytest.mark.parametrize("status", [429, 402])
def test_a_refusal_after_a_create_without_an_answer_does_not_make_it_undone(
    world, manager, asha, run_due, status
):
    request = ask(asha, by=manager)
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    world.fault("status", endpoint="create", status=status)
    work(request, run_due)
    assert submissions(request)[0].create_sent_at is not None


@pytest.mark.parametrize("signed", [True, False])
def test_what_turns_up_after_its_request_was_refused_for_good_is_ended_as_an_orphan(
    lost, world, run_due, signed
):
    request, setu_id = lost
    world.fault("status", endpoint="create", status=400, code="invalid_payload")
    work(request, run_due)
    assert reloaded(request).status == "failed"
    if signed:
        sign(world, setu_id, 0)
    named(setu_id)
    run_due()
    assert there(world) == ([setu_id] if signed else [])
    assert Stray.objects.get().outcome == ("signed" if signed else "superseded")


def test_a_setu_that_takes_creates_and_says_nothing_for_long_holds_one_request(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    world.fault("accept_then_hang", endpoint="create", times=30)
    work(request, run_due, times=30)
    assert (len(world.requests()), job_of(request).dead_at) == (1, None)
    work(request, run_due)
    assert reloaded(request).status == "sign_initiated"


@pytest.mark.usefixtures("deaf")
def test_creates_that_lead_to_nothing_are_sent_five_times_and_then_a_person_decides(
    world, manager, asha, run_due, as_user, caplog, trouble
):
    request = ask(asha, by=manager)
    work(request, run_due, times=20)
    assert len(world.requests()) == CREATES_MAX
    assert job_of(request).dead_at is not None
    assert "job.dead" in errors_logged(caplog)
    assert f"led to nothing {CREATES_MAX} times" in trouble(request)
    assert (reloaded(request).status, events(request)[-1]) == ("queued", "request.stalled")
    as_user(manager).post(f"signature/{request.id}/check/")
    work(request, run_due, times=20)
    assert len(world.requests()) == 2 * CREATES_MAX, "a person's word is good for as many again"
    setu_provider.plug(Transport(world))
    as_user(manager).post(f"signature/{request.id}/check/")
    run_due()
    assert reloaded(request).status == "sign_initiated"
    assert len(world.requests()) == 2 * CREATES_MAX + 1


@pytest.mark.usefixtures("deaf")
def test_creates_that_keep_leading_to_nothing_follow_each_other_more_and_more_slowly(manager, asha, run_due):
    request = ask(asha, by=manager)
    waits = []
    for _ in range(CREATES_MAX):
        work(request, run_due)
        waits.append(due_in(request))
    least = (2, 15, 60, 100, 100)  # s; up to a fifth more
    assert all(0 < wait - few + 1 < few * 0.2 + 1.1 for wait, few in zip(waits, least, strict=True)), waits


def test_a_setu_that_answers_with_other_signers_is_asked_five_times_and_nothing_stays_there(
    world, manager, asha, run_due, as_user, trouble
):
    request = ask(asha, by=manager)

    def others(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        body = response.json() if is_create(sent) else {}
        signers = [each | {"identifier": "somebody"} for each in body.get("signers", [])]
        return httpx.Response(201, json=body | {"signers": signers}) if body else response

    setu_provider.plug(Between(world, others))
    work(request, run_due, times=20)
    assert (world.calls["create"], world.requests()) == (CREATES_MAX, [])
    assert "led to nothing" in trouble(request)
    setu_provider.plug(Transport(world))
    as_user(manager).post(f"signature/{request.id}/check/")
    run_due()
    assert reloaded(request).status == "sign_initiated"


@pytest.mark.parametrize("status", [500, 503])
def test_a_setu_that_is_down_for_long_leaves_nothing_there_and_the_request_goes_on_by_itself(
    world, manager, asha, run_due, status
):
    request = ask(asha, by=manager)
    world.fault("status", endpoint="create", status=status, times=30)
    work(request, run_due, times=31)
    assert reloaded(request).status == "sign_initiated"
    assert (world.calls["upload"], len(world.requests())) == (1, 1)
