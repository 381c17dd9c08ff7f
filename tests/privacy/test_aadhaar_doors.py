"""No door that keeps a person's own words lets an Aadhaar number in: API, console and commands."""

import io

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models

from core.models import Organization, User
from signing.models import Document, SignatureRequest
from tests.builders import PASSWORD, make_document, make_pdf, make_request

NUMBER = "2341 2341 2346"
CODE = "aadhaar_number_not_wanted"
# Every text column there is, by who writes it. A new one has to be put in its place here.
PEOPLES_WORDS = {
    "core.user.username",
    "core.user.full_name",
    "core.organization.name",
    "signing.document.name",
    "signing.signaturerequest.reason",
    "signing.signaturerequest.cancel_reason",
}
COPIED_FROM_THEM = {"signing.signer.display_name"}
OUR_OWN_WORDS = {
    "core.allowance.key",
    "core.counter.labels",
    "core.counter.name",
    "core.event.digest",
    "core.event.kind",
    "core.event.payload_digest",
    "core.eventpayload.salt",
    "core.heartbeat.name",
    "core.job.cause",
    "core.job.kind",
    "core.job.last_error",
    "core.looseblob.name",
    "core.pace.name",
    "core.user.password",
    "core.user.role",
    "signing.document.blob",
    "signing.signaturerequest.asked",
    "signing.signaturerequest.bad_file",
    "signing.signaturerequest.confirmed_by",
    "signing.signaturerequest.ending",
    "signing.signaturerequest.ending_reason",
    "signing.signaturerequest.stage",
    "signing.signaturerequest.status",
    "signing.signedfile.blob",
    "signing.signedfile.sha256",
    "signing.signer.corner",
    "signing.stray.cause",
    "signing.stray.outcome",
    "signing.submission.account",
    "signing.submission.reference",
    "webhooks.inbounddelivery.digest",
    "webhooks.inbounddelivery.token_fingerprint",
}
SETUS_WORDS = {
    "signing.signaturerequest.setu_status",
    "signing.signer.err_code",
    "signing.signer.setu_status",
    "signing.signerlink.setu_signer_id",
    "signing.signerlink.url",
    "signing.stray.setu_id",
    "signing.submission.setu_document_id",
    "signing.submission.setu_id",
    "webhooks.inbounddelivery.claimed_status",
    "webhooks.inbounddelivery.setu_document_id",
    "webhooks.inbounddelivery.setu_id",
}


def test_every_text_column_has_its_place():
    found = {
        f"{model._meta.label_lower}.{field.name}"
        for label in ("core", "signing", "webhooks")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
    }
    assert found == PEOPLES_WORDS | COPIED_FROM_THEM | OUR_OWN_WORDS | SETUS_WORDS


def test_setu_answers_with_aadhaar_details_and_no_column_is_there_for_them():
    words = ("aadhaar", "gender", "postal", "postcode", "suffix", "phone", "email")
    names = {
        field.name
        for label in ("core", "signing", "webhooks")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.concrete_fields
    }
    assert not {name for name in names if any(word in name for word in words)}


def refused(answer) -> None:
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, CODE)
    assert "Aadhaar number" in body["detail"]
    assert "2341" not in answer.content.decode()


@pytest.mark.parametrize("field", ["username", "full_name"])
def test_onboarding(as_user, manager, field):
    value = "2341-2341-2346" if field == "username" else f"Asha {NUMBER}"
    body = {"username": "asha", "password": PASSWORD} | {field: value}
    refused(as_user(manager).post("users/create/", body))
    assert User.objects.count() == 1


def test_a_documents_name(as_user, manager):
    refused(as_user(manager).upload(make_pdf(), name=f"Rent {NUMBER}"))
    assert not Document.objects.exists()


def test_why_people_are_asked_to_sign(as_user, manager, asha):
    body = {"documentId": str(make_document(by=manager).id), "signers": [{"identifier": str(asha.id)}]}
    refused(as_user(manager).post("signature/", body | {"reason": f"For {NUMBER}"}))
    assert not SignatureRequest.objects.exists()


def test_why_a_request_is_cancelled(as_user, manager, asha):
    request = make_request(by=manager, signers=[asha])
    refused(as_user(manager).post(f"signature/{request.id}/cancel/", {"reason": NUMBER}))
    request.refresh_from_db()
    assert request.cancel_asked_at is None


def test_the_consoles_reason(desk, manager, asha):
    request = make_request(by=manager, signers=[asha])
    page = desk.asked("signing/signaturerequest", "cancel", request, confirmed="yes", reason=NUMBER)
    assert "Aadhaar number" in page
    assert "2341" not in page
    request.refresh_from_db()
    assert request.cancel_asked_at is None


@pytest.mark.parametrize("given", [("Kaveri 234123412346", "meera"), ("Kaveri", "234123412346")])
def test_a_new_organization_and_its_first_manager(db, monkeypatch, given):
    name, manager = given
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    with pytest.raises(CommandError, match="Aadhaar number"):
        call_command("onboard", organization=name, manager=manager, password_stdin=True)
    assert not Organization.objects.exists()
