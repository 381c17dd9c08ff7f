"""Links to files: for one person, for five minutes."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core import signing
from django.db.models import F

from core.models import User
from core.storage import blob_keep
from signing.models import SignedFile
from signing.services.links import FILE_SALT, original_url, signed_url
from tests.builders import make_document, make_employee, make_pdf, make_request

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)
SIGNED = b"%PDF-1.7 signed"


@pytest.fixture
def done(manager, asha):
    """A completed request of which asha is a signer."""
    document = make_document(by=manager, name="Offer", content=make_pdf())
    request = make_request(
        by=manager, signers=[asha], stage="ended", ending="sign_complete", document=document
    )
    blob = blob_keep(organization_id=manager.tenant.id, content=SIGNED)
    SignedFile.objects.create(request=request, blob=blob, sha256="0" * 64, size=len(SIGNED), signatures=1)
    return request


def path(url: str) -> str:
    return url.removeprefix("http://localhost:8000")


def original(request, viewer) -> str:
    return path(original_url(document_id=request.document_id, viewer=viewer))


def signed(request, viewer) -> str:
    return path(signed_url(request_id=request.id, viewer=viewer))


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_the_original_and_the_signed_file_are_two_files(client, done, asha, manager):
    assert body(client.get(original(done, asha))) == make_pdf()
    assert body(client.get(signed(done, asha))) == SIGNED
    assert body(client.get(signed(done, manager))) == SIGNED


def test_a_file_is_saved_not_shown_and_kept_by_nobody(client, done, asha):
    response = client.get(signed(done, asha))
    assert response["Content-Disposition"] == 'attachment; filename="Offer (signed).pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert int(response["Content-Length"]) == len(SIGNED)
    body(response)


def test_a_head_tells_the_size_without_the_bytes(client, done, asha):
    response = client.head(signed(done, asha))
    assert (response.status_code, int(response["Content-Length"])) == (200, len(SIGNED))
    assert body(response) == b""


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("Offer.PDF", 'attachment; filename="Offer.pdf"'),
        ("a/b\\c", 'attachment; filename="a_b_c.pdf"'),
        ('say "yes"', 'attachment; filename="say _yes_.pdf"'),
        ("..", 'attachment; filename="...pdf"'),
        ("line\r\nX-Evil: 1", 'attachment; filename="line__X-Evil: 1.pdf"'),
        ("नियुक्ति", "attachment; filename*=utf-8''" + "%E0%A4%A8%E0%A4%BF%E0%A4%AF"),
        ("\u202egnp.exe", 'attachment; filename="_gnp.exe.pdf"'),
    ],
)
def test_odd_names_make_honest_file_names(client, manager, name, disposition):
    document = make_document(by=manager, name=name)
    response = client.get(path(original_url(document_id=document.id, viewer=manager)))
    assert response["Content-Disposition"].startswith(disposition)
    assert response["Content-Disposition"].count("filename") == 1
    body(response)


def test_a_link_lives_for_five_minutes(client, done, asha):
    with time_machine.travel(NOON, tick=False) as clock:
        link = signed(done, asha)
        clock.shift(299)
        assert body(client.get(link)) == SIGNED
        clock.shift(1)
        expired = client.get(link)
    assert (expired.status_code, expired["Cache-Control"]) == (410, "no-store")


@pytest.mark.parametrize("change", [{"token_version": F("token_version") + 1}, {"is_active": False}])
def test_ending_the_sessions_ends_the_links(client, done, asha, change):
    link = signed(done, asha)
    User.objects.filter(id=asha.id).update(**change)
    assert client.get(link).status_code == 410


def test_rights_are_checked_again_when_the_link_is_followed(client, done, asha, ravi, stranger):
    for viewer in (ravi, stranger):  # somebody else's link, if it could be had
        assert client.get(original(done, viewer)).status_code == 404
        assert client.get(signed(done, viewer)).status_code == 404
    assert body(client.get(original(done, User.objects.get(username="meera")))) == make_pdf()


def test_a_manager_who_becomes_an_employee_loses_the_file(client, done, manager):
    link = signed(done, manager)
    User.objects.filter(id=manager.id).update(role="employee")
    assert client.get(link).status_code == 404


def test_a_signed_file_that_is_not_there_is_not_found(client, manager, asha):
    open_request = make_request(by=manager, signers=[asha])
    assert client.get(signed(open_request, asha)).status_code == 404


def test_an_account_without_an_organization_gets_no_file(client, done):
    root = User.objects.create_superuser("root", "x")
    assert client.get(original(done, root)).status_code == 403


def test_a_link_cannot_be_made_up(client, done, asha):
    parts = ["signed", done.id.hex, asha.id.hex, 0, 2_000_000_000]
    for salt, key in ((FILE_SALT, "guess"), ("signing.release", None)):
        token = signing.Signer(salt=salt, sep=".", key=key).sign_object(parts)
        assert client.get(f"/files/{token}/").status_code == 404
    good = signed(done, asha)
    assert client.get(good[:12] + "A" + good[13:]).status_code == 404
    assert client.get("/files/%00/").status_code == 404


def test_the_signer_of_another_request_does_not_get_this_one(client, done, manager):
    other = make_employee("lila", organization=manager.tenant)
    make_request(by=manager, signers=[other], setu_id="setu-2")
    assert client.get(original(done, other)).status_code == 404


def test_the_log_says_who_took_which_file_and_not_under_which_name(client, done, asha, caplog):
    caplog.set_level("INFO", logger="signing.api.links")
    body(client.get(signed(done, asha)))
    body(client.get(original(done, asha)))
    client.get("/files/nothing/")
    found = [vars(record) for record in caplog.records if record.getMessage() == "files.sent"]
    assert [(line["kind"], line["subject"], line["user_id"], line["method"]) for line in found] == [
        ("signed", done.id, asha.id, "GET"),
        ("original", done.document_id, asha.id, "GET"),
    ]
