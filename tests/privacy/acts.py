"""What happens in the story: each act plants marks in all that somebody can send."""

import json
from typing import Any

import httpx
from django.core.files.storage import default_storage
from django.test import Client

from core.models import Job, User
from core.services.users import organization_create
from signing.models import SignatureRequest, SignedFile
from tests.builders import make_pdf
from tests.privacy.canaries import AADHAAR, PERSON, SECRET
from tests.privacy.crashing import EVERYTHING, KINDS
from tests.privacy.story import DETAILS, SENTENCE
from tests.privacy.walk import Story


def people_come(story: Story) -> str:
    """Sign-ins, wrong ones too, onboarding, and what is wrong with it. Returns the signer's id."""
    organization_create(name="Kaveri", username=PERSON["user name"], password=SECRET["password"])
    story.post("/api/token/", {"username": PERSON["user name"], "password": SECRET["wrong password"]})
    story.post("/api/token/", {"username": PERSON["e-mail"], "password": SECRET["wrong password"]})
    story.post("/api/token/", f'{{"username": "{PERSON["phone"]}", {SECRET["password"]}')
    story.sign_in(PERSON["user name"])
    story.post("/api/token/refresh/", {"refresh": f"{story.refresh}x"})
    person = {
        "username": "signer-of-canaries",
        "password": SECRET["password"],
        "full_name": PERSON["full name"],
    }
    signer = story.post("/api/users/create/", person | {"dob": PERSON["birth"]}).json()["id"]
    story.post("/api/users/create/", person | {"full_name": AADHAAR})
    story.post("/api/users/create/", person | {PERSON["phone"]: PERSON["e-mail"], "dob": PERSON["phone"]})
    story.post("/api/users/create/", person)
    story.post("/api/users/password/", {"old_password": SECRET["wrong password"], "new_password": "x"})
    story.get(f"/api/users/list/?q={SECRET['query']}")
    return str(signer)


def files_come(story: Story) -> None:
    story.upload(EVERYTHING.encode())
    story.upload(b"%PDF-1.7\n" + EVERYTHING.encode())
    story.upload(make_pdf()[:-20])
    story.upload(make_pdf(), name=f"{PERSON['title']} {AADHAAR}")
    story.post("/api/documents/", EVERYTHING, content_type="multipart/form-data; boundary=x")


def setu_has_bad_days(story: Story, request: SignatureRequest) -> None:
    """Its errors say everything; our own code crashes with it in hand."""
    error = {"code": SENTENCE, "detail": EVERYTHING, "traceId": PERSON["phone"]}
    story.go_on(
        request,
        {"status_code": 500, "json": {"error": error}},
    )
    for fault in (
        {"status_code": 503, "text": f"<html>{EVERYTHING}</html>"},
        {"status_code": 401, "json": {"error": error}},
        {"status_code": 200, "text": EVERYTHING},
        {"status_code": 200, "json": {"id": 7, "status": PERSON["full name"], "detail": EVERYTHING}},
        {"status_code": 302, "headers": {"Location": f"https://x.test/{SECRET['query']}"}},
        httpx.ConnectError(EVERYTHING),
        httpx.ReadTimeout(EVERYTHING),
        RuntimeError(EVERYTHING),
        KeyError(PERSON["full name"]),
    ):
        story.go_on(request, fault)
    Job.objects.update(dead_at=None, crashes=0)


def callbacks_come(story: Story, request: SignatureRequest) -> None:
    door = f"/webhooks/setu/{SECRET['callback token']}/"
    submission = request.submissions.get(orphaned_at__isnull=True)
    signer = {
        "id": submission.links.get().setu_signer_id,
        "identifier": AADHAAR.replace(" ", ""),
        "displayName": PERSON["full name"],
        "status": PERSON["full name"],
        "errCode": AADHAAR.replace(" ", ""),
        "signatureDetails": DETAILS,
    }
    esign = {"id": submission.setu_id, "documentId": submission.setu_document_id, "status": SENTENCE}
    story.post(door, {"event": EVERYTHING, "data": {"esign": esign | {"signers": [signer]}}})
    story.canaries.add("unknown id", "8b2f7a52-canary-unknown-id")
    story.post(door, {"data": {"esign": {"id": "8b2f7a52-canary-unknown-id", "status": "sign_complete"}}})
    for junk in (EVERYTHING, "{", json.dumps([EVERYTHING]), json.dumps({"data": {"esign": {"id": 7}}}), ""):
        story.post(door, junk)
    story.post(f"/webhooks/setu/{SECRET['wrong callback token']}/", EVERYTHING)
    story.post(f"{door}{SECRET['query']}/", EVERYTHING)
    story.get(f"{door}?{SECRET['query']}")
    story.post(door, EVERYTHING.encode() * 2000)


def browsers_come(story: Story, request: SignatureRequest) -> None:
    """Signers' links and their way back, as they are meant and as they are not."""
    manager = story.token
    story.sign_in("signer-of-canaries")
    path = story.link(story.get("/api/dashboard/"), "s")
    story.token = ""
    answer = story.get(path)
    assert answer.status_code == 303
    reference = request.submissions.get(orphaned_at__isnull=True).reference
    story.canaries.add("reference", reference)
    query = (
        f"?id={request.submissions.get(orphaned_at__isnull=True).setu_id}&errorMessage={PERSON['full name']}"
    )
    story.get(f"/return/{reference}/{query}")
    story.get(f"/return/{reference[:-4]}/{query}")
    for wrong in (f"{path[:-3]}/", f"{path}{SECRET['query']}", f"/files/{path[3:]}"):
        story.get(wrong)
    for door in (path, f"/return/{reference}/", f"/files/{path[3:]}", f"/s/{SECRET['query']}/"):
        story.post(door, EVERYTHING)
        story.client.head(door)
        story.client.put(door, EVERYTHING)
    story.client.post(path, {"name": EVERYTHING}, headers={"Origin": "https://evil.example"})
    csrf = Client(enforce_csrf_checks=True, raise_request_exception=False)
    for door in (path, "/admin/login/", f"/return/{reference}/"):
        story.answers.keep("csrf", csrf.post(door, {"password": SECRET["password"]}))
        story.answers.keep("host", csrf.get(door, headers={"Host": "elsewhere.example"}))
    story.token = manager


def it_ends(story: Story, request: SignatureRequest) -> None:
    story.sign(request)
    story.go_on(request)
    found = story.get(f"/api/download/{request.id}/")
    path = story.link(found, "files")
    assert story.get(path).status_code == 200
    default_storage.delete(SignedFile.objects.get(request=request).blob)
    assert story.get(path).status_code == 503
    story.get(f"{path[:-3]}/")


def others_end_otherwise(story: Story, signer: str) -> None:
    cancelled = story.ask(signer)
    story.go_on(cancelled)
    story.post(f"/api/signature/{cancelled.id}/check/")
    story.post(f"/api/signature/{cancelled.id}/cancel/", {"reason": f"{PERSON['reason']} {AADHAAR}"})
    story.post(f"/api/signature/{cancelled.id}/cancel/", {"reason": PERSON["reason"]})
    story.go_on(cancelled)
    quarantined = story.ask(signer)
    story.go_on(quarantined)
    story.world.fault("unsigned", endpoint="file", times=9)
    story.sign(quarantined)
    for _ in range(6):
        story.go_on(quarantined)
    refused = story.ask(signer)
    for code in (SENTENCE, "invalid_payload"):  # the first is waited for
        story.go_on(refused, {"status_code": 400, "json": {"error": {"code": code, "detail": EVERYTHING}}})
    lost = story.ask(signer)
    default_storage.delete(lost.document.blob)
    for _ in range(6):
        story.go_on(lost)


def views_crash(story: Story, settings: Any) -> None:
    for kind in KINDS:
        for prefix in ("", "api/"):
            door = f"/{prefix}crash/{kind}/{SECRET['query']}/?q={SECRET['query']}"
            assert story.post(door, EVERYTHING).status_code >= 500
    settings.DOCUMENT_MAX_BYTES = None
    assert story.upload(EVERYTHING.encode()).status_code == 500
    story.get(f"/api/nothing/{SECRET['query']}/")
    story.get(f"/{PERSON['e-mail']}/")


def support_looks(story: Story) -> None:
    root = User.objects.create_superuser("root-of-canaries", SECRET["password"])
    story.post("/admin/login/", {"username": PERSON["user name"], "password": SECRET["wrong password"]})
    story.client.force_login(root)
    for page in ("core/user", "signing/signaturerequest", "webhooks/inbounddelivery"):
        story.get(f"/admin/{page}/", data={"q": PERSON["full name"]})
    story.get(f"/admin/core/user/{PERSON['e-mail']}/change/")
