"""A manager and a signer over HTTP, against whatever runs at an address."""

import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.processes import ROOT
from tests.production.processes import PASSWORD, Production

CONTRACT = (ROOT / "samples" / "contract.pdf").read_bytes()


class Office:
    """The manager's desk: onboards, uploads, asks, and signs at the stand-in on others' behalf."""

    def __init__(self, run: Production) -> None:
        self.setu = httpx.Client(base_url=run.standin_url, timeout=20, trust_env=False)
        self.http = httpx.Client(base_url=f"{run.web_url}/api/", timeout=20, trust_env=False)
        token = self.post("token/", json={"username": "meera", "password": PASSWORD})["access"]
        self.http.headers["Authorization"] = f"Bearer {token}"
        self.signer = self.post("users/create/", json={"username": "asha", "password": PASSWORD})["id"]

    def close(self) -> None:
        self.http.close()
        self.setu.close()

    def post(self, path: str, **content: Any) -> Any:
        answer = self.http.post(path, **content)
        assert answer.is_success, answer.text
        return answer.json()

    def read(self, request_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.get(f"signature/{request_id}/").json()
        return answer

    def ask(self) -> str:
        files = {"document": ("contract.pdf", CONTRACT, "application/pdf")}
        document = self.post("documents/", data={"name": "Agreement"}, files=files)["id"]
        signer = {"identifier": self.signer, "displayName": "asha"}
        return str(self.post("signature/", json={"documentId": document, "signers": [signer]})["id"])

    def at_setu(self) -> dict[str, Any]:
        requests: list[dict[str, Any]] = self.setu.get("/__control__/requests").json()
        return requests[-1]

    def sign(self) -> None:
        """The signer of the newest request at Setu signs."""
        request = self.at_setu()
        body = {"requestId": request["id"], "signerId": request["signers"][0]["id"]}
        self.setu.post("/__control__/sign", json=body).raise_for_status()

    def lose_callbacks(self, times: int) -> None:
        fault = {"fault": "callback_lost", "endpoint": "callback", "times": times}
        self.setu.post("/__control__/faults", json=fault).raise_for_status()


def wait_for(holds: Callable[[], bool], *, seconds: float) -> float:
    """Poll until it holds; returns the seconds it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"it did not happen within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began
