"""Acts one after another, by client and stand-in; what is answered is kept."""

import json
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from signing import setu_provider
from signing.models import SignatureRequest
from tests.builders import make_pdf
from tests.privacy.canaries import PERSON, SECRET, Canaries
from tests.privacy.story import Answers, Setu
from tests.signing.builders import owed


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
