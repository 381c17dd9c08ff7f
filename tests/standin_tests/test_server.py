"""`python -m tests.standin`, as a process of its own."""

import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.standin_tests.client import KEYS, contract, esign, signer

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "tests.standin", *options],
        cwd=ROOT,
        env={**os.environ, "STANDIN_CLIENT_SECRET": "secret"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@dataclass
class Receiver:
    """Answers 500 to the first notification and 200 to the rest."""

    url: str
    bodies: list[bytes] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(500 if len(got.bodies) == 1 else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            if len(got.bodies) > 1:
                got.done.set()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        got = Receiver(f"http://127.0.0.1:{server.server_port}/callback?t=1")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield got
        server.shutdown()
        thread.join()


@pytest.fixture
def api(receiver: Receiver) -> Iterator[httpx.Client]:
    """A client of a running stand-in, which is ended by SIGTERM within a second."""
    port, files = free_port(), free_port()
    process = start(
        *("--port", str(port), "--download-port", str(files), "--control"),
        *("--callback-url", receiver.url),
    )
    assert process.stdout
    assert process.stderr
    try:
        assert "ready" in process.stdout.readline()
        assert cpu_seconds(process.pid) < 1.5  # usually a sixth of a second, however busy the machine is
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=KEYS) as client:
            yield client
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
        assert time.monotonic() - begun < 1.5
        assert process.stderr.read() == ""
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def cpu_seconds(pid: int) -> float:
    """What the process has cost so far; 0 where the system does not tell."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0
    ticks = stat.read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def create(api: httpx.Client) -> httpx.Response:
    file = ("offer.pdf", contract(), "application/pdf")
    document = api.post("/api/documents/", files={"document": file}, data={"name": "Offer"}).json()
    body = {"documentId": document["id"], "redirectUrl": "https://app.test/r", "signers": [signer()]}
    return api.post("/api/signature/", json=body)


def test_a_whole_story_over_http(api: httpx.Client, receiver: Receiver) -> None:
    assert api.get("/healthz", headers={"x-client-id": ""}).status_code == 200
    made = create(api).json()
    page = api.get(made["signers"][0]["url"])  # the link's host is the one we listen on
    assert page.status_code == 200
    form = {"requestId": made["id"], "signerId": made["signers"][0]["id"], "otp": "123456", "action": "sign"}
    assert api.post("/signature/preview", data=form).status_code == 303
    assert receiver.done.wait(10)  # the first was answered 500, so it was repeated
    assert receiver.bodies[0] == receiver.bodies[1]
    assert esign(receiver.bodies[0])["status"] == "sign_complete"
    link = api.get(f"/api/signature/{made['id']}/download").json()["downloadUrl"]
    assert httpx.URL(link).port != api.base_url.port
    assert httpx.get(link).content.startswith(contract())
    assert httpx.get(link, headers=KEYS).status_code == 400
    deleted = api.post(f"/api/signature/{made['id']}/delete")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert api.get("/__control__/calls").json()["create"] == 1


def test_a_lost_answer_is_a_closed_socket(api: httpx.Client) -> None:
    api.post("/__control__/faults", json={"fault": "accept_then_hang", "endpoint": "create"})
    with pytest.raises(httpx.RemoteProtocolError):
        create(api)
    assert len(api.get("/__control__/requests").json()) == 1


def test_a_refused_upload_leaves_the_connection_usable(api: httpx.Client) -> None:
    file = {"document": ("offer.pdf", b"x" * 2_000_000, "application/pdf")}
    refused = api.post("/api/documents", files=file, headers={"x-client-secret": "wrong"})
    assert refused.status_code == 401
    assert create(api).status_code == 201


def test_a_taken_port_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start("--port", str(port), "--download-port", str(free_port()))
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (1, "")
    assert err == f"Cannot listen on 127.0.0.1 port {port}: Address already in use.\n"
