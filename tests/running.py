"""`make run` on free ports with a folder of its own, and its HTTP doors for what a test needs beforehand."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from django.core import signing

from dev.stack import ROOT, free_port
from signflow import devmode

CONTRACT = ROOT / "samples" / "contract.pdf"
BARE = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}  # none of the tests' own settings
SIGN_AT = {"onPages": ["4"], "position": "bottom-left"}


class Running:
    """A whole SignFlow with the demo organization and Setu's stand-in."""

    def __init__(self, folder: Path, web: int, standin: int, process: "subprocess.Popen[str]") -> None:
        self.folder, self.process = folder, process
        self.web, self.standin = f"http://localhost:{web}", f"http://127.0.0.1:{standin}"
        self.http = httpx.Client(timeout=10)
        self._tokens: dict[str, str] = {}

    @cached_property
    def kept(self) -> dict[str, str]:
        return devmode.kept_secrets(self.folder)

    def password(self, name: str) -> str:
        return self.kept[f"DEMO_{name.upper()}_PASSWORD"]

    def token(self, who: str) -> str:
        if who not in self._tokens:
            login = {"username": who, "password": self.password(who)}
            answer = self.http.post(f"{self.web}/api/token/", json=login).raise_for_status()
            self._tokens[who] = answer.json()["access"]
        return self._tokens[who]

    def call(self, who: str, path: str, **given: Any) -> Any:
        """One call of the API, signed in. `given` as for httpx; with any it is a POST."""
        headers = {"Authorization": f"Bearer {self.token(who)}"}
        method = "POST" if given else "GET"
        answer = self.http.request(method, f"{self.web}/api/{path}", headers=headers, **given)
        return answer.raise_for_status().json()

    def ask(self, *names: str, document: str = "Service agreement") -> str:
        """A request that these people may sign now. Its id."""
        files = {"document": (CONTRACT.name, CONTRACT.read_bytes(), "application/pdf")}
        made = self.call("manager", "documents/", data={"name": document}, files=files)
        ids = {one["displayName"]: one["identifier"] for one in self.call("manager", "users/list/")}
        signers = [{"identifier": ids[name], "signature": SIGN_AT} for name in names]
        body = {"documentId": made["id"], "signers": signers, "reason": "Work for the second quarter"}
        request = str(self.call("manager", "signature/", json=body)["id"])
        self.until(lambda: self.status(request) == "sign_initiated", f"{request} is at Setu")
        return request

    def status(self, request: str) -> str:
        return str(self.call("manager", f"signature/{request}/")["status"])

    def link(self, request: str, name: str) -> str:
        """The signer's own link, as their dashboard shows it."""
        row = next(row for row in self.call(name, "dashboard/") if row["signature_id"] == request)
        return str(next(one["signer_url"] for one in row["signers"] if one["username"] == name))

    def signing_page(self, request: str, name: str) -> str:
        """Where that link leads: the stand-in's page."""
        return str(self.http.get(self.link(request, name)).headers["Location"])

    def control(self, path: str, **body: Any) -> Any:
        """One call of the stand-in's control API."""
        return self.http.post(f"{self.standin}/__control__/{path}", json=body).raise_for_status().json()

    def until(self, holds: Callable[[], bool], what: str, *, patience: float = 15.0) -> None:
        until = time.monotonic() + patience
        while not holds():
            assert time.monotonic() < until, f"Within {patience:.0f} s: {what}."
            time.sleep(0.1)

    def expired(self, kind: str) -> str:
        """A link of ours whose time is over. kind: s or files."""
        salt, parts = "signing.release", [uuid4().hex, 0, 1]
        if kind == "files":
            salt, parts = "signing.file", ["signed", uuid4().hex, uuid4().hex, 0, 1]
        signer = signing.Signer(key=self.kept["SECRET_KEY"], salt=salt, sep=".", fallback_keys=[])
        token = signer.sign_object(parts)
        return f"{self.web}/{kind}/{token}/"


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """Start it, wait for its greeting, and end it."""
    web, standin, downloads = (free_port() for _ in range(3))
    stack = f"Path({str(folder)!r}), web_port={web}, standin_port={standin}, download_port={downloads}"
    code = f"import sys; from pathlib import Path; from dev.run import main, Stack; sys.exit(main(Stack({stack})))"
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=BARE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert any("Ctrl-C ends it" in line for line in process.stdout), "it starts"
        signflow = Running(folder, web, standin, process)
        with signflow.http:
            yield signflow
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()
