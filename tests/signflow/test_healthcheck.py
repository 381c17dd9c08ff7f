"""The container's health check, against servers of our own."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from signflow import healthcheck


class Web(HTTPServer):
    status = 200
    asked: list[tuple[str, str]]


class Answers(BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        self.server.asked.append((self.headers["Host"], self.path))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web(monkeypatch) -> Iterator[Web]:
    with Web(("127.0.0.1", 0), Answers) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        monkeypatch.setenv("PORT", str(server.server_port))
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("allowed", "host"),
    [("", "localhost"), ("api.example.com,web", "api.example.com"), (".example.com", "example.com")],
)
def test_it_asks_for_a_name_that_the_server_answers_to(web, monkeypatch, allowed, host):
    monkeypatch.setenv("ALLOWED_HOSTS", allowed)
    assert healthcheck.main() == 0
    assert web.asked == [(host, "/healthz")]


@pytest.mark.parametrize("status", [204, 400, 503])
def test_another_answer_is_not_healthy(web, status):
    web.status = status
    assert healthcheck.main() == 1


def test_no_answer_is_not_healthy(monkeypatch):
    monkeypatch.setenv("PORT", "1")
    assert healthcheck.main() == 1
