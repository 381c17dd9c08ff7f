"""What Setu has opened becomes ours: the one that was named first, and what was signed there meanwhile."""

import httpx

from core import jobs
from signing import setu_provider
from signing.models import SignerLink, Submission
from signing.services.requests import request_check
from signing.states import REQUEST_JOB
from tests.builders import reloaded
from tests.signing.builders import Between, ask, is_create, job_of, made_at_setu, owed, submissions, work


def test_a_create_that_comes_back_after_another_was_named_leaves_one_live_request(
    world, manager, asha, run_due
):
    """Two creates under one reference took effect; the one that was named first goes on, the other is removed."""
    request = ask(asha, by=manager)
    first: list[str] = []

    def another_is_named(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        if is_create(sent) and not first:
            first.append("")
            address = f"http://localhost:8000/return/{submissions(request)[0].reference}/"
            first[0] = made_at_setu(address, identifier=request.signers.get().id.hex)
            Submission.objects.update(setu_id=first[0])
        return response

    setu_provider.plug(Between(world, another_is_named))
    run_due()
    assert [each["id"] for each in world.requests()] == first
    assert Submission.objects.get(request=request, orphaned_at=None).setu_id == first[0]
    assert reloaded(request).status == "sign_initiated"


def test_what_was_signed_before_a_request_is_taken_over_shows_at_once(
    world, manager, asha, run_due, settings
):
    """No look is planned and nobody rings again: the take-over itself has to look."""
    settings.ENABLE_SCHEDULER = False
    request = ask(asha, by=manager)
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    world.sign(world.requests()[0]["id"], world.requests()[0]["signers"][0]["id"])
    run_due()
    assert reloaded(request).status == "sign_complete"
    assert len(submissions(request)) == 1


def test_while_setu_fails_ringing_for_a_request_that_was_named_does_not_hurry_it(
    world, manager, asha, run_due
):
    request = ask(asha, by=manager)
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    Submission.objects.update(setu_id=world.requests()[0]["id"])
    jobs.ring(REQUEST_JOB, subject=request.id, cause="adoption", rested=True)
    calls = world.calls["get"]
    world.fault("status", endpoint="get", status=503, times=2)
    run_due()
    assert world.calls["get"] == calls + 1, "the adoption itself waits for nothing"
    for _ in range(5):
        request_check(request=request, by=manager)
        run_due()
    assert world.calls["get"] <= calls + 2
    for _ in range(2):
        owed(request)
        run_due()
    assert (reloaded(request).status, job_of(request).failures) == ("sign_initiated", 0)


def test_a_link_that_setu_gives_late_or_anew_is_taken(world, manager, asha, run_due):
    request = ask(asha, by=manager)

    def without_link(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        if not is_create(sent):
            return response
        body = response.json()
        signers = [signer | {"url": None} for signer in body["signers"]]
        return httpx.Response(response.status_code, json=body | {"signers": signers})

    setu_provider.plug(Between(world, without_link))
    run_due()
    link = SignerLink.objects.get()
    assert (reloaded(request).status, link.url) == ("sign_initiated", "")
    for earlier in ("", "https://old.test/"):
        SignerLink.objects.update(url=earlier)
        work(request, run_due)
        link.refresh_from_db()
        assert link.url == world.requests()[0]["signers"][0]["url"]
