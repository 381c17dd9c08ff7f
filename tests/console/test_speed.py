"""The same number of statements at one row and at two hundred, and no list without a bound."""

import pytest
from django.contrib import admin
from django.db.models.functions import Now

from core import jobs
from core.console.pages import ROWS_MAX, BoundedPaginator
from core.console.panels import COUNT_MAX, counted
from core.events import event_append
from core.models import Job, Organization, SecurityEvent, SecurityKind, User
from core.security import event_keep
from signing.models import Document, SignatureRequest, Stray
from signing.states import REQUEST_JOB
from tests.builders import make_document, make_employee, make_request
from webhooks.models import InboundDelivery

LISTS = (
    "core/job/",
    "core/user/",
    "core/organization/",
    "core/securityevent/",
    "core/securityevent/?organization=Works",
    "signing/signaturerequest/",
    "signing/signaturerequest/?trouble=stuck",
    "signing/signaturerequest/?q=Contract",
    "signing/signaturerequest/?organization=Works",
    "signing/stray/",
    "webhooks/inbounddelivery/",
    "",
)


def many(manager, signer, number: int) -> None:
    """Rows of every kind, each with its own neighbours."""
    document = make_document(by=manager)
    for no in range(number):
        copy = Document.objects.create(
            organization=manager.tenant,
            name=f"Contract {no}",
            blob=document.blob,
            size=9,
            pages=1,
            created_by=manager,
        )
        request = make_request(by=manager, signers=[signer], document=copy, setu_id=f"s-{number}-{no}")
        jobs.ring(REQUEST_JOB, subject=request.id, cause="created")
        Job.objects.filter(subject=request.id).update(failures=1)
        InboundDelivery.objects.create(digest=f"{number}-{no}", setu_id="x", size=1, request=request)
        Stray.objects.create(setu_id=f"{number}-{no}", cause="return")
        person = make_employee(
            f"p{number}-{no}", organization=Organization.objects.create(name=f"Works {number} {no}")
        )
        event_keep(SecurityKind.SIGNED_IN, account=person, actor=manager)


def test_a_list_takes_the_same_statements_at_any_length(desk, manager, asha, statements):
    many(manager, asha, 1)
    few = {path: statements(lambda path=path: desk.get(path)) for path in LISTS}
    many(manager, asha, 200)
    assert {path: statements(lambda path=path: desk.get(path)) for path in LISTS} == few
    assert max(few.values()) <= 25


def test_a_page_takes_the_same_statements_whatever_hangs_on_it(desk, manager, asha, statements):
    people = [make_employee(f"p{no}", organization=manager.tenant) for no in range(25)]
    small = make_request(by=manager, signers=[asha], setu_id="small")
    large = make_request(by=manager, signers=people, setu_id="large")
    for request, number in ((small, 1), (large, 200)):
        jobs.ring(REQUEST_JOB, subject=request.id, cause="created")
        for no in range(number):
            event_append(
                chain=request.id, kind="link.released", actor=people[no % 25], signer=str(people[0].id)
            )
            InboundDelivery.objects.create(digest=f"{request.id}{no}", setu_id="x", size=1, request=request)
    desk.get(f"signing/signaturerequest/{small.id}/change/")  # what is read once in a process
    few, much = (
        statements(lambda request=request: desk.get(f"signing/signaturerequest/{request.id}/change/"))
        for request in (small, large)
    )
    assert few == much <= 25


@pytest.mark.parametrize(
    "model", [SignatureRequest, Job, User, Organization, SecurityEvent, Stray, InboundDelivery]
)
def test_every_list_is_bounded_and_counts_nothing_in_full(model):
    shown = admin.site.get_model_admin(model)
    assert shown.paginator is BoundedPaginator
    assert (shown.show_full_result_count, shown.list_max_show_all) == (False, 0)
    assert shown.show_facets == admin.ShowFacets.NEVER


def test_no_page_beyond_the_bound_is_offered(db):
    User.objects.bulk_create(User(username=f"u{no}", is_superuser=True) for no in range(ROWS_MAX + 5))
    pages = BoundedPaginator(User.objects.order_by("username"), 50)
    assert (pages.count, pages.num_pages) == (ROWS_MAX, ROWS_MAX // 50)


def test_a_number_on_the_front_page_is_counted_up_to_a_thousand(db):
    User.objects.bulk_create(User(username=f"u{no}", is_superuser=True) for no in range(COUNT_MAX + 5))
    assert counted("Users", User.objects.all(), url="").value == "1,000+"
    assert counted("Users", User.objects.filter(username="u1"), url="").value == "1"


def test_jobs_of_every_state_are_found_by_the_filter_and_nothing_else(desk, db):
    subject = "00000000-0000-4000-8000-00000000000{}"
    rows: dict[str, dict[str, object]] = {
        "dead": {"dead_at": Now()},
        "leased": {"due_at": Now(), "leased_until": "2999-01-01T00:00:00Z"},
        "late": {"due_at": "2020-01-01T00:00:00Z"},
        "planned": {"due_at": "2999-01-01T00:00:00Z"},
        "idle": {},
        "failing": {"due_at": "2999-01-01T00:00:00Z", "failures": 2},
    }
    for no, fields in enumerate(rows.values()):
        Job.objects.create(kind=REQUEST_JOB, subject=subject.format(no), **fields)
    expected = {name: {no} for no, name in enumerate(rows)} | {"planned": {3, 5}, "due": {2}}
    for state, numbers in expected.items():
        page = desk.get("core/job/", state=state)
        assert {no for no in range(len(rows)) if subject.format(no) in page} == numbers, state
