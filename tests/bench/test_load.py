"""The load generator tells the truth: every message is sent once, and an answer other than 200 ends the run."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench import load


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append(self.path)  # type: ignore[attr-defined]
        body = b"x" * 70_000
        self.send_response(500 if self.path == "/broken" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.server.seen.append(self.rfile.read(int(self.headers["Content-Length"])))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_every_message_is_sent_once_over_few_connections(server):
    ran = load.run(server.server_port, [load.get(f"/{no}") for no in range(30)], connections=4)
    assert sorted(server.seen) == sorted(f"/{no}" for no in range(30))
    assert len(ran.ms) == 30
    assert ran.ms == sorted(ran.ms)
    assert ran.sizes > 30 * 70_000


def test_bodies_arrive_whole(server):
    load.run(server.server_port, [load.post("/", b"a" * 9000), load.post("/", b"b")], connections=1)
    assert server.seen == [b"a" * 9000, b"b"]


def test_an_answer_other_than_200_ends_the_run(server):
    with pytest.raises(load.Refused, match="500"):
        load.run(server.server_port, [load.get("/"), load.get("/broken"), load.get("/")], connections=1)
