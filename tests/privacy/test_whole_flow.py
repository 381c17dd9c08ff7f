"""R43: of all that is planted nothing reaches logs, refusals, chains, queue, jobs or metrics."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.models import Event, Job, Role, User
from core.services.users import organization_create
from signing import setu_provider
from signing.models import SignatureRequest, SignedFile
from tests.builders import make_pdf
from tests.privacy.canaries import AADHAAR, PERSON, SECRET, Canaries
from tests.privacy.crashing import EVERYTHING, KINDS
from tests.privacy.places import queue, tables
from tests.privacy.story import DETAILS, SENTENCE, Answers, Logs, Setu
from tests.signing.builders import owed
from tests.standin import StandIn

pytestmark = pytest.mark.django_db(transaction=True)  # messages leave on commit
# Where what a person has given is kept, by the table; nowhere else.
KEPT_IN = {
    "user name": {"core_user"},
    "full name": {"core_user", "signing_signer"},
    "birth": {"core_user"},
    "title": {"signing_document"},
    "reason": {"signing_signaturerequest"},
}
SETUS_OWN = {"signing_submission", "signing_signerlink", "signing_stray", "webhooks_inbounddelivery"}


class Story:
    """Acts one after another; what is said about each is kept."""

    def __init__(self, world: Any, run_due: Any) -> None:
        self.canaries, self.answers = Canaries(), Answers()
        self.world, self.run_due = world, run_due
        self.setu = Setu(world, self.canaries)
        setu_provider.plug(self.setu)
        agent = f"{PERSON['phone']} {SECRET['cookie']}"
        self.client = Client(raise_request_exception=False, headers={"User-Agent": agent})
        self.client.cookies["sessionid"] = SECRET["cookie"]
        self.token = ""

    def get(self, path: str, **more: Any) -> Any:
        return self._kept("GET", path, self.client.get(path, headers=self._headers, **more), "")

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        text = body if isinstance(body, str | bytes) else json.dumps(body or {})
        more = {"content_type": "application/json"} | more
        answer = self.client.post(path, text, headers=self._headers, **more)
        return self._kept("POST", path, answer, text if isinstance(text, str) else "")

    def _kept(self, method: str, path: str, answer: Any, sent: str) -> Any:
        return self.answers.keep(f"{method} {path[:40]}", answer, sent=sent)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def sign_in(self, username: str) -> None:
        self.token = ""
        tokens = self.post("/api/token/", {"username": username, "password": SECRET["password"]}).json()
        for kind in ("access", "refresh"):
            self.canaries.add(f"{kind} token", tokens[kind])
        self.refresh, self.token = tokens["refresh"], tokens["access"]

    def upload(self, content: bytes, *, name: str = PERSON["title"]) -> Any:
        file = SimpleUploadedFile(f"{PERSON['full name']}.pdf", content, content_type="application/pdf")
        answer = self.client.post("/api/documents/", {"name": name, "document": file}, headers=self._headers)
        return self.answers.keep("upload", answer, sent=name)

    def ask(self, signer: str) -> SignatureRequest:
        document = self.upload(make_pdf(len(SignatureRequest.objects.all()) + 1)).json()["id"]
        body = {"documentId": document, "reason": PERSON["reason"], "signers": [{"identifier": signer}]}
        return SignatureRequest.objects.get(id=self.post("/api/signature/", body).json()["id"])

    def go_on(self, request: SignatureRequest, *faults: Any) -> None:
        self.setu.faults[:] = faults
        owed(request)
        self.run_due()
        self.setu.faults.clear()

    def sign(self, request: SignatureRequest) -> None:
        submission = request.submissions.get(orphaned_at__isnull=True)
        self.world.sign(submission.setu_id, submission.links.get().setu_signer_id)

    def link(self, found: Any, kind: str) -> str:
        """A link of ours in an answer: whoever has it may use it, so it is a mark as well."""
        path = re.search(rf"/{kind}/([^/\"]+)/", found.content.decode())
        assert path
        self.canaries.add(f"link {kind}", path[1])
        return path[0]


@pytest.fixture
def world(settings) -> Iterator[StandIn]:
    """As everywhere, with marks for its keys and for the door it calls."""
    settings.SETU_CLIENT_SECRET = SECRET["client secret"]
    settings.SETU_CALLBACK_TOKENS = [SECRET["callback token"]]
    settings.METRICS_TOKEN = SECRET["metrics token"]
    settings.ROOT_URLCONF = "tests.privacy.crashing"

    def callback(body: bytes) -> int:
        door = f"/webhooks/setu/{SECRET['callback token']}"
        return Client().post(door, body, content_type="application/json").status_code

    account = (settings.SETU_CLIENT_ID, settings.SETU_CLIENT_SECRET, settings.SETU_PRODUCT_INSTANCE_ID)
    world = StandIn(accounts=[account], callback=callback, download_url="https://files.setu.test", seed=1)
    yield world
    world.close()


@pytest.fixture
def story(world, run_due) -> Story:
    return Story(world, run_due)


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
    story.go_on(refused, {"status_code": 400, "json": {"error": {"code": SENTENCE, "detail": EVERYTHING}}})
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


def test_nothing_of_what_is_planted_gets_out(story, settings, client):
    with Logs() as logs:
        signer = people_come(story)
        files_come(story)
        request = story.ask(signer)
        setu_has_bad_days(story, request)
        story.go_on(request)
        request.refresh_from_db()
        assert request.status == "sign_initiated"
        callbacks_come(story, request)
        story.go_on(request)
        browsers_come(story, request)
        it_ends(story, request)
        others_end_otherwise(story, signer)
        in_queue = queue()
        support_looks(story)
        views_crash(story, settings)
        metrics = client.get("/metrics", headers={"Authorization": f"Bearer {SECRET['metrics token']}"})

    marks = story.canaries
    assert len(marks.marks) > 40, "ids, links and tokens have become marks"
    assert {Role.MANAGER, Role.EMPLOYEE} == set(
        User.objects.exclude(is_superuser=True).values_list("role", flat=True)
    )
    ends = list(SignatureRequest.objects.order_by("created_at").values_list("status", flat=True))
    assert ends == ["sign_complete", "cancelled", "quarantined", "failed", "queued"]
    for event in (
        "job.stumbled",
        "setu.unavailable",
        "setu.denied",
        "server.error",
        "files.unreadable",
        "job.dead",
    ):
        assert event in logs.lines["text"], event
    assert metrics.status_code == 200
    assert len(in_queue) > 100
    assert Event.objects.count() > 10

    for form, text in logs.lines.items():
        assert marks.found(text) == set(), [line for line in text.splitlines() if marks.found(line)][:5]
        assert text.count("\n") > 100, form
    assert story.answers.leaks(marks) == {}
    assert marks.found(in_queue + queue()) == set()
    assert marks.found(metrics.content.decode()) == set()
    found = {(what, table) for table, text in tables().items() for what in marks.found(text)}
    kept = {(what, table) for what, places in KEPT_IN.items() for table in places}
    wrong = {(what, table) for what, table in found - kept if not (table in SETUS_OWN and is_setus(what))}
    assert wrong == set()


def is_setus(what: str) -> bool:
    return what.startswith(("Setu's id", "Setu's documentId", "Setu's url", "reference", "unknown id"))
