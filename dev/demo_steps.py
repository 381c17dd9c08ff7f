"""The demo's story, step by step. Each step prints a line with the time since the start and its own duration."""

import io
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from dev.stack import ROOT

CONTRACT = ROOT / "samples" / "contract.pdf"
WAIT_SECONDS = 60.0
OTP = "123456"


class Failed(Exception):
    """What was expected, as a sentence."""


@dataclass
class Demo:
    http: httpx.Client
    url: str
    standin: str
    password: str
    began: float = field(default_factory=time.monotonic)
    now: str = ""

    def play(self) -> None:
        print("SignFlow's main job, from upload to signed file\n\n   at      took   what", flush=True)
        suffix = secrets.token_hex(3)
        manager = self.signed_in("manager", self.password)
        people = {}
        for name in ("asha", "ravi"):
            with self.step(f"the manager onboards {name}-{suffix}"):
                password = secrets.token_urlsafe(12)
                body = {
                    "username": f"{name}-{suffix}",
                    "password": password,
                    "dob": "1990-04-12",
                    "is_staff": False,
                }
                self.call("POST", "users/create/", manager, json=body)
                people[name] = (f"{name}-{suffix}", password)
        tokens = {name: self.signed_in(*login) for name, login in people.items()}

        with self.step("the manager uploads a contract of four pages"):
            files = {"document": ("contract.pdf", CONTRACT.read_bytes(), "application/pdf")}
            document = self.call(
                "POST", "documents/", manager, data={"name": "Services agreement"}, files=files
            )
        with self.step("the manager asks both to sign; answered at once"):
            listed = {user["displayName"]: user for user in self.call("GET", "users/list/", manager)}
            request = self.ask(manager, document["id"], [listed[login] for login, _ in people.values()])
        with self.step("the worker has opened the request at Setu"):
            self.until(lambda: self.row(tokens["asha"], request)["status"] == "sign_initiated")

        with self.step("asha follows her link, enters the OTP and signs"):
            back = self.sign(tokens["asha"], request, people["asha"][0])
        signed = time.monotonic()
        with self.step("the callback has moved the state (dashboard/)"):
            self.until(lambda: self.signer(tokens["asha"], request, people["asha"][0])["status"] == "signed")
        by_callback = time.monotonic() - signed
        with self.step("asha's browser comes back and is sent to the frontend"):
            self.expect(self.http.get(back).status_code == 303, "the return address sends the browser on")
            self.until(lambda: self.confirmed_by(manager, request) == "return")

        with self.step("ravi signs; his callback is lost, his browser is closed"):
            self.fault("callback_lost", endpoint="callback", times=1)
            self.sign(tokens["ravi"], request, people["ravi"][0])
        signed = time.monotonic()
        with self.step("the clock has found what the callback missed"):
            self.until(lambda: self.signer(tokens["ravi"], request, people["ravi"][0])["status"] == "signed")
        by_clock = time.monotonic() - signed
        self.expect(self.confirmed_by(manager, request) == "clock", "it was the clock that found it")
        with self.step("the signed file is fetched, checked and stored"):
            self.until(lambda: self.row(manager, request, "status/")["status"] == "sign_complete")
        with self.step("ravi downloads it; both signatures verify"):
            link = self.call("GET", f"download/{request}/", tokens["ravi"])["downloadUrl"]
            self.verify(self.http.get(link))
        print(
            f"\nSign to visible: {by_callback:.2f} s by the callback, {by_clock:.2f} s by the clock when it was lost."
            "\nEverything was as expected."
        )

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        started, self.now = time.monotonic(), what
        yield
        now = time.monotonic()
        print(f"{now - self.began:7.2f} s {now - started:6.2f} s  {what}", flush=True)

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            raise Failed(f"expected that {what}.")

    def call(self, method: str, path: str, token: str | None = None, **content: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self.http.request(method, f"{self.url}/api/{path}", headers=headers, **content)
        self.expect(
            answer.is_success,
            f"{method} {path} succeeds; it answered {answer.status_code}: {answer.text[:300]}",
        )
        return answer.json()

    def signed_in(self, username: str, password: str) -> str:
        with self.step(f"{username} signs in"):
            token: str = self.call("POST", "token/", json={"username": username, "password": password})[
                "access"
            ]
        return token

    def ask(self, token: str, document_id: str, people: list[dict[str, Any]]) -> str:
        """Exactly what the frontend sends; both ask for the same spot."""
        box = {"height": 60, "width": 180, "position": "bottom-left", "onPages": ["4"]}
        signers = [
            {
                **one,
                "identifier": str(one["identifier"]),
                "birthYear": str(one["birthYear"]),
                "signature": box,
            }
            for one in people
        ]
        body = {"documentId": document_id, "redirectUrl": "http://setu.co", "signers": signers}
        answer = self.call("POST", "signature/", token, json=body)
        self.expect(
            self.call("POST", "signature/", token, json=body)["id"] == answer["id"],
            "a double click changes nothing",
        )
        return str(answer["id"])

    def row(self, token: str, request: str, path: str = "dashboard/") -> dict[str, Any]:
        rows = [row for row in self.call("GET", path, token) if row["signature_id"] == request]
        self.expect(len(rows) == 1, f"{path} lists the request once")
        found: dict[str, Any] = rows[0]
        return found

    def confirmed_by(self, token: str, request: str) -> str | None:
        by: str | None = self.call("GET", f"signature/{request}/", token)["confirmed_by"]
        return by

    def signer(self, token: str, request: str, username: str) -> dict[str, Any]:
        signers: list[dict[str, Any]] = self.row(token, request)["signers"]
        return next(signer for signer in signers if signer["username"] == username)

    def sign(self, token: str, request: str, username: str) -> str:
        """As a browser does it: our link, Setu's page, its form. Returns where Setu sends the browser."""
        signers = self.row(token, request)["signers"]
        links = {signer["username"]: signer["signer_url"] for signer in signers}
        self.expect(
            [name for name, link in links.items() if link] == [username], "signers see their own link only"
        )
        released = self.http.get(links[username])
        self.expect(
            released.status_code == 303, f"the link leads on to Setu; it answered {released.status_code}"
        )
        page = httpx.URL(released.headers["Location"])
        self.expect(self.http.get(page).status_code == 200, "the signing page opens")
        form = dict(page.params) | {"otp": OTP, "action": "sign"}
        sent = self.http.post(page.copy_with(query=None), data=form)
        self.expect(sent.status_code == 303, f"signing succeeds; it answered {sent.status_code}")
        back: str = sent.headers["Location"]
        self.expect(back.startswith(f"{self.url}/return/"), "the browser is sent back to us")
        return back

    def fault(self, name: str, **args: Any) -> None:
        answer = self.http.post(f"{self.standin}/__control__/faults", json={"fault": name, **args})
        self.expect(answer.is_success, f"the stand-in takes the fault {name}")

    def until(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + WAIT_SECONDS
        while not holds():
            self.expect(time.monotonic() < until, f"within {WAIT_SECONDS:.0f} s {self.now}")
            time.sleep(0.02)

    def verify(self, answer: httpx.Response) -> None:
        """With pyHanko, directly: two intact, valid signatures on exactly the contract that was uploaded."""
        from pyhanko.pdf_utils.reader import PdfFileReader

        from signing.pdf.verify import pdf_verify

        self.expect(answer.status_code == 200, f"the file downloads; it answered {answer.status_code}")
        self.expect("attachment" in answer.headers["Content-Disposition"], "the file is an attachment")
        self.expect(
            answer.content.startswith(CONTRACT.read_bytes()),
            "the signed file begins with the contract's bytes",
        )
        signatures = PdfFileReader(io.BytesIO(answer.content)).embedded_signatures
        for signature in signatures:
            signature.compute_integrity_info()
            self.expect(
                signature.summarise_integrity_info()["docmdp_ok"] is not False, "no forbidden changes follow"
            )
        proof = pdf_verify(answer.content, signatures=2)
        self.expect(len(proof.signatures) == 2, "the file holds two signatures")
