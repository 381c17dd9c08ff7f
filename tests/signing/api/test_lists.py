"""The two polled lists, in the frontend's shape."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from signing.models import SignatureRequest, Signer, SignerLink, Submission
from tests.builders import make_document, make_employee, make_request
from tests.signing.builders import ask

QUERIES_MAX = 5


def many(count, *, by, signers) -> None:
    """So many submitted requests, quickly: they share one document's bytes."""
    document = make_document(by=by)
    for no in range(count):
        copy = type(document).objects.create(
            organization=by.tenant, name=f"D{no}", blob=document.blob, size=1, pages=3, created_by=by
        )
        make_request(by=by, signers=signers, setu_id=f"s-{no}", document=copy)


def test_a_row_has_the_frontends_shape(manager, asha, ravi, as_user):
    request = make_request(by=manager, signers=[asha, ravi])
    Signer.objects.filter(user=ravi).update(setu_status="signed")
    (row,) = as_user(manager).get("status/").json()
    assert list(row) == [
        "signature_id",
        "document_id",
        "document_name",
        "status",
        "status_reason",
        "created_at",
        "signers",
    ]
    assert (row["signature_id"], row["document_id"]) == (str(request.id), str(request.document_id))
    assert (row["status"], row["status_reason"], row["created_at"][-1]) == ("sign_initiated", None, "Z")
    assert row["signers"] == [
        {"user_id": str(asha.id), "username": "asha", "status": "pending", "signer_url": None},
        {"user_id": str(ravi.id), "username": "ravi", "status": "signed", "signer_url": None},
    ]


def test_the_dashboard_has_the_callers_requests_and_the_callers_link(manager, asha, ravi, as_user):
    both = make_request(by=manager, signers=[asha, ravi])
    make_request(by=manager, signers=[ravi], setu_id="setu-2")
    (row,) = as_user(asha).get("dashboard/").json()
    assert row["signature_id"] == str(both.id)
    urls = {signer["username"]: signer["signer_url"] for signer in row["signers"]}
    assert urls["ravi"] is None
    assert urls["asha"].startswith("http://localhost:8000/s/")
    assert len(as_user(ravi).get("dashboard/").json()) == 2
    assert as_user(manager).get("dashboard/").json() == []


def test_a_manager_who_signs_sees_their_own_link_in_both_lists(manager, asha, as_user):
    make_request(by=manager, signers=[asha, manager])
    for path in ("status/", "dashboard/"):
        (row,) = as_user(manager).get(path).json()
        assert [signer["signer_url"] is None for signer in row["signers"]] == [True, False]


@pytest.mark.parametrize(
    ("stage", "ending"), [("queued", ""), ("archiving", ""), ("quarantined", ""), ("ended", "sign_complete")]
)
def test_there_is_a_link_only_while_people_sign(manager, asha, as_user, stage, ending):
    make_request(by=manager, signers=[asha], stage=stage, ending=ending)
    (row,) = as_user(asha).get("dashboard/").json()
    assert row["signers"][0]["signer_url"] is None


def test_who_has_signed_has_no_link_any_more(manager, asha, as_user):
    make_request(by=manager, signers=[asha])
    Signer.objects.update(setu_status="signed")
    assert as_user(asha).get("dashboard/").json()[0]["signers"][0]["signer_url"] is None


@pytest.mark.parametrize("path", ["status/", "dashboard/"])
def test_the_newest_comes_first(manager, as_user, path):
    start = datetime(2026, 5, 3, tzinfo=UTC)
    made = []
    for no in (1, 2, 0):
        request = make_request(by=manager, signers=[manager], setu_id=f"s-{no}")
        SignatureRequest.objects.filter(id=request.id).update(created_at=start + timedelta(days=no))
        made.append((no, str(request.id)))
    shown = [row["signature_id"] for row in as_user(manager).get(path).json()]
    assert shown == [request_id for _, request_id in sorted(made, reverse=True)]


@pytest.mark.parametrize("path", ["status/", "dashboard/"])
def test_an_empty_list_is_a_list(manager, as_user, path):
    answer = as_user(manager).get(path)
    assert (answer.status_code, answer.content) == (200, b"[]")


@pytest.mark.parametrize("path", ["status/", "dashboard/"])
def test_an_unchanged_list_costs_no_body(manager, as_user, path):
    request = make_request(by=manager, signers=[manager])
    with time_machine.travel(datetime(2026, 5, 3, 12, 0, 1, tzinfo=UTC), tick=False) as clock:
        me = as_user(manager)
        first = me.get(path)
        assert (first.status_code, first["Cache-Control"]) == (200, "private, no-cache")
        assert first["Vary"].startswith("Authorization")
        for _ in range(9):
            again = me.get(path, headers={"If-None-Match": first["ETag"]})
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
            clock.shift(60)
        weak = me.get(path, headers={"If-None-Match": f'"x", W/{first["ETag"]}'})
        assert weak.status_code == 304
        SignatureRequest.objects.filter(id=request.id).update(status="sign_pending")
        changed = me.get(path, headers={"If-None-Match": first["ETag"]})
        assert (changed.status_code, changed["ETag"] == first["ETag"]) == (200, False)


def test_two_people_never_share_an_etag_where_their_lists_differ(manager, asha, ravi, as_user):
    make_request(by=manager, signers=[asha, ravi])
    assert as_user(asha).get("dashboard/")["ETag"] != as_user(ravi).get("dashboard/")["ETag"]


@pytest.mark.parametrize("path", ["status/", "dashboard/", "signature/{}/"])
def test_the_number_of_queries_does_not_grow_with_the_rows(manager, as_user, path):
    signers = [manager, *(make_employee(f"p{no}", organization=manager.tenant) for no in range(3))]
    counts = {}
    for rows in (1, 20, 200):
        SignerLink.objects.all().delete()
        Submission.objects.all().delete()
        SignatureRequest.objects.all().delete()
        many(rows, by=manager, signers=signers)
        url = path.format(SignatureRequest.objects.latest("created_at").id)
        me = as_user(manager)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answer = me.get(url)
        assert answer.status_code == 200
        assert path.startswith("signature") or len(answer.json()) == rows
        counts[rows] = len(captured)
    assert len(set(counts.values())) == 1, f"{path}: queries by rows: {counts}"
    assert counts[1] <= QUERIES_MAX, f"{path}: {counts[1]} queries"


def test_no_read_calls_setu_and_none_shows_setus_ids_or_links(opened, manager, asha, ravi, as_user):
    it = opened(asha, ravi)
    it.sign(0)
    it.go_on()
    calls = it.world.calls
    submission = Submission.objects.get()
    secrets = [it.setu_id, submission.setu_document_id, submission.reference, *it.setu_signers, "setu.test"]
    document = it.request.document_id
    for viewer in (manager, asha, ravi):
        for path in (
            "status/",
            "dashboard/",
            f"signature/{it.request_id}/",
            f"documents/{document}/",
            f"download/{it.request_id}/",
        ):
            text = as_user(viewer).get(path).content.decode()
            assert [secret for secret in secrets if secret in text] == [], path
    assert it.world.calls == calls


def test_a_new_request_is_in_the_lists_at_once(manager, asha, as_user):
    request = ask(asha, by=manager)
    assert [row["status"] for row in as_user(manager).get("status/").json()] == ["queued"]
    assert as_user(asha).get("dashboard/").json()[0]["signature_id"] == str(request.id)


def test_the_error_of_a_signer_shows_as_the_frontend_expects(manager, asha, as_user):
    make_request(by=manager, signers=[asha])
    Signer.objects.update(err_code="signer_declined")
    (row,) = as_user(manager).get("status/").json()
    assert row["signers"][0]["status"] == "declined"
    assert row["status"] == "sign_initiated"
