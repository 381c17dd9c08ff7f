"""A client of the stand-in for tests, and small helpers around it."""

import io
import json
from typing import Any

import httpx
from reportlab.pdfgen.canvas import Canvas

from tests.standin import StandIn

KEYS = {"x-client-id": "client", "x-client-secret": "secret", "x-product-instance-id": "instance"}


def contract(pages: int = 2, *, rotate: int = 0) -> bytes:
    """A PDF with that many pages."""
    out = io.BytesIO()
    canvas = Canvas(out, pageCompression=0, invariant=1)
    for page in range(pages):
        canvas.setPageRotation(rotate)
        canvas.drawString(100, 500, f"Contract, page {page + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def signer(identifier: str = "sgn-1", /, **changes: Any) -> dict[str, Any]:
    """A signer as a create wants it; `signature` entries are given as keywords too."""
    signature = {"onPages": ["1"], "position": "bottom-left"}
    signature |= {
        key: changes.pop(key) for key in ("onPages", "position", "height", "width") if key in changes
    }
    return {"identifier": identifier, "displayName": "Asha Rao", "signature": signature, **changes}


class Client(httpx.Client):
    """httpx on the stand-in's API, with `files` for its downloads."""

    def __init__(self, standin: StandIn, headers: dict[str, str] | None = None) -> None:
        super().__init__(
            transport=httpx.WSGITransport(standin.api),
            base_url="http://setu.test",
            headers=KEYS if headers is None else headers,
        )
        self.files = httpx.Client(transport=httpx.WSGITransport(standin.files))

    def __exit__(self, *args: Any) -> None:
        self.files.close()
        super().__exit__(*args)

    def upload(self, content: bytes | None = None, **form: str) -> httpx.Response:
        file = ("offer.pdf", contract() if content is None else content, "application/pdf")
        return self.post("/api/documents", files={"document": file}, data={"name": "Offer letter", **form})

    def create(self, *signers: dict[str, Any], **changes: Any) -> httpx.Response:
        """Upload and create; without signers, one."""
        body = {"redirectUrl": "https://app.test/return", "signers": list(signers) or [signer()], **changes}
        if "documentId" not in body:
            body["documentId"] = self.upload().json()["id"]
        return self.post("/api/signature", json=body)

    def made(self, *signers: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """A created request, as create answered it."""
        answer = self.create(*signers, **changes)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def now(self, request_id: str) -> dict[str, Any]:
        """The request, read."""
        found: dict[str, Any] = self.get(f"/api/signature/{request_id}").json()
        return found

    def file(self, request_id: str) -> httpx.Response:
        """The signed file, by a fresh link."""
        return self.files.get(self.get(f"/api/signature/{request_id}/download").json()["downloadUrl"])

    def submit(self, request: dict[str, Any], action: str, number: int = 0, /, **form: Any) -> httpx.Response:
        """Send the signer page's form."""
        ids = {"requestId": request["id"], "signerId": request["signers"][number]["id"]}
        return self.post("/signature/preview", data={**ids, "action": action, "otp": "123456", **form})


def error(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of an enveloped error, whose three keys are checked on the way."""
    envelope = answer.json()
    assert set(envelope) == {"error"}
    assert set(envelope["error"]) == {"code", "detail", "traceId"}
    return answer.status_code, envelope["error"]["code"]


def esign(body: bytes) -> dict[str, Any]:
    """What a notification says about its request."""
    found: dict[str, Any] = json.loads(body)["data"]["esign"]
    return found
