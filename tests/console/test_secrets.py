"""No link, id or reference of Setu's, no token and no secret stands on any page of the console."""

import re
from typing import Any

import pytest
from django.urls import reverse

from core import jobs
from core.models import Event, EventPayload, Job, User
from signing.models import SignatureRequest, SignedFile, SignerLink, Stray, Submission
from signing.services.cancel import request_cancel
from signing.states import REQUEST_JOB, STRAY_JOB
from tests.builders import make_request
from webhooks.models import InboundDelivery

CANARY = "canary"
MODELS = (
    "core_counter",
    "core_heartbeat",
    "core_job",
    "core_organization",
    "core_securityevent",
    "core_user",
    "signing_signaturerequest",
    "signing_stray",
    "webhooks_inbounddelivery",
)


@pytest.fixture
def planted(manager, asha, settings) -> SignatureRequest:
    """A request with a canary in every column that holds a secret, and rows of every other kind beside it."""
    request = make_request(by=manager, signers=[asha], setu_id=f"{CANARY}-setu-id")
    request_cancel(request=request, by=manager, reason="Why not")
    SignatureRequest.objects.update(
        hint={"signers": {f"{CANARY}-hint": ["signed", ""]}}, asked=f"{CANARY}-asked"
    )
    Submission.objects.update(reference=f"{CANARY}-reference", setu_document_id=f"{CANARY}-document")
    SignerLink.objects.update(url=f"https://setu.test/{CANARY}-url", setu_signer_id=f"{CANARY}-signer")
    stray = Stray.objects.create(setu_id=f"{CANARY}-stray", cause="callback")
    jobs.ring(STRAY_JOB, subject=stray.id, cause="callback")
    for digest, to in (("1", request), ("2", None)):
        InboundDelivery.objects.create(
            digest=digest,
            request=to,
            token_fingerprint=f"{CANARY}-tok",
            setu_id=f"{CANARY}-delivered",
            setu_document_id=f"{CANARY}-delivered-document",
            claimed_status="sign_pending",
            claimed_signers={f"{CANARY}-claimed": ["signed", ""]},
            size=9,
        )
    SignedFile.objects.create(request=request, blob=f"{CANARY}-blob", sha256="0" * 64, size=5, signatures=1)
    EventPayload.objects.update(salt=f"{CANARY}-salt")
    User.objects.filter(id=asha.id).update(password=f"{CANARY}-password")
    settings.SETU_CLIENT_SECRET = settings.SETU_CLIENT_ID = f"{CANARY}-keys"
    settings.SETU_CALLBACK_TOKENS = [f"{CANARY}-callback-token"]
    return request


def lists_and_their_filters(desk) -> list[str]:
    """Every list, each filter's every choice, and searches."""
    found = []
    for model in MODELS:
        path = reverse(f"admin:{model}_changelist").removeprefix("/admin/")
        page = desk.get(path)
        links = re.findall(r'<a href="(\?[^"]+)"', page)
        found += [page, *(desk.get(path + link.replace("&amp;", "&")) for link in links)]
        found += [desk.get(path, q=term) for term in (CANARY, "asha", "00000000-0000-4000-8000-000000000000")]
    return found


def objects_and_their_histories(desk, *rows: Any) -> list[str]:
    found = []
    for row in rows:
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        for page in ("change", "history"):
            found.append(desk.get(reverse(f"{name}_{page}", args=(row.pk,)).removeprefix("/admin/")))
    return found


def actions_asked_and_done(desk, request) -> list[str]:
    stray, delivery, person = Stray.objects.get(), InboundDelivery.objects.last(), request.signers.get().user
    doings = [
        ("signing/signaturerequest", ("look_now", "revive", "cancel"), request),
        ("signing/stray", ("ask_again",), stray),
        ("webhooks/inbounddelivery", ("replay",), delivery),
        ("core/job", ("revive",), Job.objects.first()),
        ("core/user", ("end_sessions", "lock", "unlock"), person),
    ]
    return [
        desk.asked(model, action, row, **more)
        for model, actions, row in doings
        for action in actions
        for more in ({}, {"confirmed": "yes"})
    ]


def test_no_secret_stands_on_any_page(desk, planted):
    job = Job.objects.get(kind=REQUEST_JOB)
    rows = (planted, planted.organization, planted.signers.get().user, job, Stray.objects.get(), desk.user)
    pages = [
        desk.get(),
        *lists_and_their_filters(desk),
        *objects_and_their_histories(desk, *rows, *InboundDelivery.objects.all()),
        *actions_asked_and_done(desk, planted),
        desk.get(f"core/user/{planted.signers.get().user_id}/password/"),
    ]
    assert len(pages) > 80
    assert Event.objects.exists()
    assert str(planted.id) in "".join(pages), "the walk shows the request"
    leaks = {found for page in pages for found in re.findall(rf"(?:\S*){CANARY}\S*", page)}
    # A search term comes back in its own box; a filter's link keeps it.
    leaks = {leak for leak in leaks if leak not in (f'value="{CANARY}"', f'href="?q={CANARY}"')}
    assert not [leak for leak in leaks if f"{CANARY}-" in leak], leaks
