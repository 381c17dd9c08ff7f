"""What a support person does with requests: finds them, reads them, looks again, revives, cancels."""

from typing import Any

import pytest
from django.db.models.functions import Now

from core.console.actions import CHOSEN_MAX
from core.models import Event, Job
from signing.models import SignatureRequest
from tests.builders import make_document, make_employee, make_request, reloaded
from tests.signing.builders import ask, events, job_of

REQUESTS = "signing/signaturerequest"


@pytest.fixture
def troubles(manager, asha, stranger) -> dict[str, SignatureRequest]:
    """One request for each trouble, and one without."""
    names = ("dead", "failing", "late", "quarantined", "cancelling", "well")
    found = {
        name: make_request(
            by=manager, signers=[asha], setu_id=name, document=make_document(by=manager, name=f"A {name} one")
        )
        for name in names
    }
    rows: dict[str, dict[str, Any]] = {
        "dead": {"dead_at": Now(), "last_error": "MemoryError"},
        "failing": {"failures": 3, "last_error": "ReadTimeout", "due_at": "2999-01-01T00:00:00Z"},
        "late": {"due_at": "2020-01-01T00:00:00Z"},
    }
    for name, request in found.items():
        Job.objects.create(kind="signing.request", subject=request.id, **rows.get(name, {}))
    SignatureRequest.objects.filter(id=found["quarantined"].id).update(
        stage="quarantined", status="quarantined"
    )
    SignatureRequest.objects.filter(id=found["cancelling"].id).update(
        cancel_asked_at=Now(), cancel_asked_by=manager
    )
    return found


@pytest.mark.parametrize(
    ("trouble", "names"),
    [
        ("stuck", {"dead", "failing", "late", "quarantined"}),
        *((name, {name}) for name in ("dead", "failing", "late", "quarantined", "cancelling")),
    ],
)
def test_the_filter_finds_those_in_trouble(desk, troubles, trouble, names):
    page = desk.get(f"{REQUESTS}/", trouble=trouble)
    assert {name for name in troubles if f"A {name} one" in page} == names


def test_the_list_says_what_the_trouble_is(desk, troubles):
    page = desk.get(f"{REQUESTS}/")
    for words in (
        "given up: MemoryError",
        "failed 3 times: ReadTimeout",
        "overdue",
        "quarantined",
        "being cancelled",
    ):
        assert words in page


@pytest.mark.parametrize("term", ["id", "document id", "ffer lett", "OFFER", "ash", "Asha"])
def test_a_request_is_found_by_what_a_person_knows_of_it(desk, manager, asha, ravi, term):
    wanted = make_request(by=manager, signers=[asha], document=make_document(by=manager, name="Offer letter"))
    make_request(
        by=manager, signers=[ravi], setu_id="other", document=make_document(by=manager, name="Lease")
    )
    term = {"id": str(wanted.id), "document id": str(wanted.document_id)}.get(term, term)
    page = desk.get(f"{REQUESTS}/", q=term)
    assert "Offer letter" in page
    assert "Lease" not in page


@pytest.mark.parametrize("term", ["zzz", "%", "00000000-0000-4000-8000-000000000000", "'; --"])
def test_what_nobody_knows_finds_nothing(desk, manager, asha, term):
    make_request(by=manager, signers=[asha])
    assert "Nothing matches" in desk.get(f"{REQUESTS}/", q=term)


def test_requests_of_one_organization(desk, manager, asha, stranger):
    make_request(by=manager, signers=[asha], document=make_document(by=manager, name="Ours"))
    lila = make_employee("lila", organization=stranger.tenant)
    make_request(by=stranger, signers=[lila], setu_id="t", document=make_document(by=stranger, name="Theirs"))
    for value in ("kaveri", "Kaveri Works", str(manager.organization_id)):
        page = desk.get(f"{REQUESTS}/", organization=value)
        assert ("Ours" in page, "Theirs" in page) == (True, False)
    assert "Nothing matches" in desk.get(f"{REQUESTS}/", organization="nobody")


def test_a_page_tells_the_whole_story(desk, opened, manager, asha, ravi):
    it = opened(asha, ravi)
    it.world.fail(it.setu_id, it.setu_signers[1], "otp_expired")
    it.sign(0)
    it.go_on()
    page = desk.get(f"{REQUESTS}/{it.request_id}/change/")
    for words in (
        "asha",
        "ravi",
        "The OTP expired",
        "open at Setu",
        "request submitted",
        "look changed",
        "signed",
    ):
        assert words in page, words
    assert "The chain is whole" in page
    assert "sign_pending" in page


def test_a_chain_that_was_tampered_with_is_told(desk, opened, asha):
    it = opened(asha)
    Event.objects.filter(chain=it.request_id, seq=1).update(kind="request.invented")
    assert "THE CHAIN IS BROKEN at no. 1" in desk.get(f"{REQUESTS}/{it.request_id}/change/")


def test_looking_now_asks_first_and_then_rings(desk, opened, asha):
    it = opened(asha)
    before = job_of(it.request).wanted
    assert "Setu is asked for the state at once" in desk.asked(REQUESTS, "look_now", it.request)
    assert job_of(it.request).wanted == before
    assert desk.act(REQUESTS, "look_now", it.request) == [
        "The request is rung: it is looked at within moments."
    ]
    assert job_of(it.request).wanted == before + 1


def test_dead_jobs_are_revived_and_the_living_left_alone(desk, manager, asha):
    dead, living = ask(asha, by=manager), ask(asha, by=manager)
    Job.objects.filter(subject=dead.id).update(dead_at=Now(), crashes=6)
    assert sorted(desk.act(REQUESTS, "revive", dead, living)) == [
        "1 of 2: Its job is not dead; it was left alone.",
        "1 of 2: The job is revived and due now.",
    ]
    assert (job_of(dead).dead_at, job_of(dead).crashes, job_of(dead).cause) == (None, 0, "support")


def test_cancelling_takes_a_reason_and_names_who_did_it(desk, opened, asha):
    it = opened(asha)
    assert "Reason" in desk.asked(REQUESTS, "cancel", it.request)
    assert not it.request.is_cancelling
    told = desk.act(REQUESTS, "cancel", it.request, reason="  A duplicate. ")
    assert told == ["The request is being cancelled; its page says when that is done."]
    assert (it.request.cancel_asked_by, it.request.cancel_reason) == (desk.user, "A duplicate.")
    assert it.go_on().status == "cancelled"
    assert events(it.request)[-1] == "request.cancelled"
    assert desk.act(REQUESTS, "cancel", it.request) == ["This request has ended; its state is final."]
    page = desk.get(f"{REQUESTS}/{it.request_id}/change/")
    assert "A duplicate." in page
    assert "Cancel request" not in page, "what makes no sense is not offered"


def test_nothing_can_be_changed_added_or_deleted_by_form(desk, manager, asha):
    request = make_request(by=manager, signers=[asha])
    change = desk.post(f"{REQUESTS}/{request.id}/change/", {"status": "sign_complete", "reason": "x"})
    others = [
        desk.post(f"{REQUESTS}/{request.id}/delete/", {"post": "yes"}),
        desk.post(f"{REQUESTS}/add/", {}),
    ]
    assert [answer.status_code for answer in (change, *others)] == [403, 403, 403]
    assert reloaded(request).status == "sign_initiated"


def test_too_many_at_once_are_refused(desk, manager, asha):
    document = make_document(by=manager)
    first = make_request(by=manager, signers=[asha], document=document)
    copies = [
        type(document)(
            organization=manager.tenant, name="C", blob=document.blob, size=1, pages=1, created_by=manager
        )
        for _ in range(CHOSEN_MAX)
    ]
    type(document).objects.bulk_create(copies)
    SignatureRequest.objects.bulk_create(
        SignatureRequest(organization=manager.tenant, document=copy, created_by=manager, asked="x")
        for copy in copies
    )
    page = desk.asked(REQUESTS, "cancel", first, select_across="1")
    assert f"more than {CHOSEN_MAX}" in page
