"""Asking for signatures."""

import threading
from datetime import date
from uuid import uuid4

import pytest
from django.db import connections

from core.errors import Invalid, NotFound
from core.models import Job
from signing.errors import DocumentInUse, NoRoom, RequestEnded
from signing.models import Document, SignatureRequest, Signer
from signing.models.signer import Corner
from signing.services.moves import request_end
from signing.services.requests import Asked, request_check, request_create
from signing.states import Status
from tests.builders import (
    make_document,
    make_employee,
    make_manager,
    make_organization,
    make_request,
    reloaded,
)
from tests.signing.builders import events, job_of


def asked(*users, pages=(1,), corner=Corner.BOTTOM_LEFT) -> list[Asked]:
    return [Asked(user_id=user.id, pages=pages, corner=corner) for user in users]


def ended(request: SignatureRequest, ending: Status = Status.FAILED) -> SignatureRequest:
    request_end(request, ending=ending, now=request.created_at)
    request.save()
    return request


def test_a_request_and_its_job_are_there_at_once(manager, asha, ravi, world):
    document = make_document(by=manager)
    request, new = request_create(
        by=manager, document_id=document.id, signers=asked(ravi, asha), reason="Offer"
    )
    assert new is True
    request = reloaded(request)
    assert (request.status, request.stage, request.reason) == ("queued", "queued", "Offer")
    assert (request.organization_id, request.created_by_id) == (manager.tenant.id, manager.id)
    assert [(s.no, s.user.username, s.status) for s in request.signers.order_by("no")] == [
        (1, "ravi", "pending"),
        (2, "asha", "pending"),
    ]
    assert (job_of(request).cause, job_of(request).due_at is None) == ("created", False)
    assert events(request) == ["request.created"]
    assert world.calls == {}


def test_names_and_birth_years_are_kept_as_they_were(manager):
    born = make_employee("lila", organization=manager.tenant, full_name="Lila Nair", dob=date(1985, 1, 2))
    request, _ = request_create(by=manager, document_id=make_document(by=manager).id, signers=asked(born))
    born.full_name = "Lila Menon"
    born.save()
    signer = request.signers.get()
    assert (signer.display_name, signer.birth_year) == ("Lila Nair", 1985)


def test_signers_who_ask_for_the_same_spot_are_moved(manager, asha, ravi):
    request, _ = request_create(
        by=manager, document_id=make_document(by=manager).id, signers=asked(asha, ravi)
    )
    corners = request.signers.order_by("no").values_list("corner", "pages")
    assert list(corners) == [("bottom-left", [1]), ("bottom-right", [1])]


def test_the_same_again_is_the_same_request(manager, asha, ravi):
    document = make_document(by=manager)
    first, _ = request_create(by=manager, document_id=document.id, signers=asked(asha, ravi))
    again, new = request_create(by=manager, document_id=document.id, signers=asked(asha, ravi))
    assert (again.id, new) == (first.id, False)
    assert SignatureRequest.objects.count() == 1
    assert job_of(first).wanted == 1


@pytest.mark.parametrize("difference", ["signers", "order", "place", "reason"])
def test_something_else_for_the_same_document_is_a_conflict(manager, asha, ravi, difference):
    document = make_document(by=manager)
    request_create(by=manager, document_id=document.id, signers=asked(asha, ravi))
    signers = {
        "signers": asked(asha),
        "order": asked(ravi, asha),
        "place": asked(asha, ravi, corner=Corner.TOP_LEFT),
    }.get(difference, asked(asha, ravi))
    with pytest.raises(DocumentInUse):
        request_create(
            by=manager,
            document_id=document.id,
            signers=signers,
            reason="Why" if difference == "reason" else "",
        )
    assert SignatureRequest.objects.count() == 1


def test_after_an_end_the_document_is_copied_and_asked_about_anew(manager, asha):
    document = make_document(by=manager)
    first = ended(request_create(by=manager, document_id=document.id, signers=asked(asha))[0])
    second, new = request_create(by=manager, document_id=document.id, signers=asked(asha))
    assert new is True
    copy = second.document
    assert copy.id != document.id
    assert (copy.blob, copy.name, copy.size, copy.pages) == (
        document.blob,
        document.name,
        document.size,
        document.pages,
    )
    assert reloaded(first).document_id == document.id
    assert {job.subject for job in Job.objects.all()} == {first.id, second.id}


def test_a_double_click_after_an_end_makes_one_new_request(manager, asha):
    document = make_document(by=manager)
    ended(request_create(by=manager, document_id=document.id, signers=asked(asha))[0])
    second, _ = request_create(by=manager, document_id=document.id, signers=asked(asha))
    third, new = request_create(by=manager, document_id=document.id, signers=asked(asha))
    assert (third.id, new) == (second.id, False)
    assert Document.objects.count() == 2
    ended(second)
    assert request_create(by=manager, document_id=document.id, signers=asked(asha))[1] is True


def test_a_request_on_another_upload_of_the_same_bytes_is_not_taken_for_a_double_click(manager, asha):
    document, twin = make_document(by=manager), make_document(by=manager)
    request_create(by=manager, document_id=twin.id, signers=asked(asha))
    ended(request_create(by=manager, document_id=document.id, signers=asked(asha))[0])
    assert request_create(by=manager, document_id=document.id, signers=asked(asha))[1] is True


def refused(manager, signers, *, pages=3):
    document = make_document(by=manager, pages=pages)
    with pytest.raises(Invalid) as refusal:
        request_create(by=manager, document_id=document.id, signers=signers)
    assert not SignatureRequest.objects.exists()
    assert not Job.objects.exists()
    assert refusal.value.detail.endswith(".")
    return refusal.value.code


def test_nobody_to_sign_is_refused(manager):
    assert refused(manager, []) == "signers_missing"


def test_too_many_are_refused(manager, settings):
    settings.SIGNERS_MAX = 2
    people = [make_employee(f"p{no}", organization=manager.tenant) for no in range(3)]
    assert refused(manager, asked(*people)) == "too_many_signers"


def test_as_many_as_allowed_are_not_too_many(manager):
    people = [make_employee(f"p{no}", organization=manager.tenant) for no in range(25)]
    document = make_document(by=manager, pages=7)
    request, _ = request_create(by=manager, document_id=document.id, signers=asked(*people))
    assert request.signers.count() == 25
    spots = {(tuple(s.pages), s.corner) for s in request.signers.all()}
    assert len(spots) == 25


def test_the_same_person_twice_is_refused(manager, asha):
    assert refused(manager, asked(asha, asha)) == "signer_twice"


def test_somebody_of_another_organization_is_unknown(manager, asha, stranger):
    assert refused(manager, asked(asha, stranger)) == "signer_unknown"


def test_somebody_who_does_not_exist_is_unknown(manager):
    assert refused(manager, [Asked(uuid4(), (1,), Corner.TOP_LEFT)]) == "signer_unknown"


def test_somebody_who_has_left_is_unknown(manager, asha):
    asha.is_active = False
    asha.save()
    assert refused(manager, asked(asha)) == "signer_unknown"


@pytest.mark.parametrize("pages", [(4,), (1, 4), (0,), (-1,)])
def test_a_page_that_is_not_there_is_refused(manager, asha, pages):
    assert refused(manager, asked(asha, pages=pages)) == "page_missing"


def test_no_room_is_refused(manager):
    people = [make_employee(f"p{no}", organization=manager.tenant) for no in range(5)]
    assert refused(manager, asked(*people), pages=1) == NoRoom.code == "no_room_for_signatures"


def test_a_document_of_another_organization_is_not_found(manager, asha, stranger):
    document = make_document(by=stranger)
    with pytest.raises(NotFound):
        request_create(by=manager, document_id=document.id, signers=asked(asha))


def test_a_check_rings_and_an_ended_request_needs_none(manager, asha):
    request = make_request(by=manager, signers=[asha])
    request_check(request=request, by=manager)
    assert job_of(request).cause == "check"
    over = make_request(by=manager, signers=[asha], setu_id="setu-2", stage="ended", ending="declined")
    with pytest.raises(RequestEnded) as told:
        request_check(request=over, by=manager)
    assert told.value.extra == {"request_status": "declined"}
    assert not Job.objects.filter(subject=over.id).exists()


@pytest.mark.parametrize("over", [False, True], ids=["fresh document", "document of an ended request"])
def test_two_clicks_at_the_same_moment_make_one_request(transactional_db, over):
    manager = make_manager(organization=make_organization())
    asha = make_employee(organization=manager.tenant)
    document = make_document(by=manager)
    if over:
        ended(request_create(by=manager, document_id=document.id, signers=asked(asha))[0])
    start, found, trouble = threading.Barrier(4), [], []

    def click() -> None:
        try:
            start.wait()
            found.append(request_create(by=manager, document_id=document.id, signers=asked(asha)))
        except Exception as error:
            trouble.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    assert sorted(new for _, new in found) == [False, False, False, True]
    assert len({request.id for request, _ in found}) == 1
    assert SignatureRequest.objects.exclude(stage="ended").count() == 1
    assert Signer.objects.filter(request__stage="queued").count() == 1
