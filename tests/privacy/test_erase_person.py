"""`manage.py erase_person`: of the person nothing is left but an id; what belongs to others is whole."""

import pytest

from core.events import chain_broken_at
from core.models import Event, User
from core.storage import blob_read
from signing.models import Document, SignedFile, Signer
from signing.services.drift import drift_find
from tests.builders import PASSWORD
from tests.privacy.person import USERNAME, leaks, said
from tests.privacy.places import files, tables
from webhooks.models import InboundDelivery

pytestmark = pytest.mark.django_db


def test_of_the_person_no_mark_is_left_in_any_table(story, zarina, manager):
    assert len(leaks()) >= 5, "there is something to be erased"
    assert not InboundDelivery.objects.filter(request=story[0], setu_id="").exists()
    said("--yes")
    assert leaks() == {}
    assert User.objects.get(id=zarina.id).username == f"erased-{zarina.id.hex}"
    assert InboundDelivery.objects.filter(request=story[0]).exclude(setu_id="").count() == 0


def test_every_chain_holds_and_the_rows_still_follow_from_it(story, zarina, manager):
    chains = {*Event.objects.values_list("chain", flat=True)}
    before = Event.objects.count()
    said("--yes")
    assert {chain for chain in chains if chain_broken_at(chain) is not None} == set()
    assert Event.objects.count() == before + 1
    last = Event.objects.filter(chain=manager.tenant.id).latest("seq")
    assert (last.kind, last.payload.data) == ("user.erased", {"user": str(zarina.id)})
    assert list(drift_find()) == []


def test_what_belongs_to_others_stays_as_it_was(story, zarina, ravi, manager, as_user):
    originals = {request.document.blob for request in story}
    said("--yes")
    signed = SignedFile.objects.get(request=story[0])
    assert len(blob_read(signed.blob)) == signed.size
    assert all(blob_read(blob) for blob in originals)
    assert Signer.objects.get(request=story[0], user=ravi).display_name == "ravi"
    shown = as_user(manager).get(f"signature/{story[0].id}/").json()
    assert shown["status"] == "sign_complete"
    assert shown["document_name"] == "Offer for [erased]"
    assert shown["reason"] == "[erased] joins, hello [erased]"
    assert as_user(manager).get(f"download/{story[0].id}/").status_code == 200
    row = next(
        row for row in as_user(manager).get("status/").json() if row["signature_id"] == str(story[0].id)
    )
    assert [signer["username"] for signer in row["signers"]] == [f"erased-{zarina.id.hex}", "ravi"]


def test_what_only_the_person_uploaded_goes_and_its_file_follows_in_a_day(story, zarina, settings):
    draft = Document.objects.get(name="Zarina's draft")
    said("--yes")
    assert not Document.objects.filter(id=draft.id).exists()
    assert draft.blob in files(), "until the purge"


def test_nobody_signs_in_as_the_person_any_more_and_sessions_have_ended(story, zarina, as_user, client):
    before = as_user(zarina)
    assert before.get("dashboard/").status_code == 200
    said("--yes")
    assert before.get("dashboard/").status_code == 401
    body = {"username": USERNAME, "password": PASSWORD}
    assert client.post("/api/token/", body, content_type="application/json").status_code == 401
    user = User.objects.get(id=zarina.id)
    assert (user.is_active, user.is_staff, user.has_usable_password(), user.dob) == (
        False,
        False,
        False,
        None,
    )
    assert "django_session" not in leaks()
    assert tables()["django_session"] == ""
