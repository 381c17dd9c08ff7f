"""What reaches Sentry: real events of a process of its own, over HTTP, with marks planted where secrets lie."""

import gzip
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.conf import settings

from core import log
from core.sentry import clean

PROGRAM = """
import logging
import django
django.setup()
import httpx
from django.core.wsgi import get_wsgi_application
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from signflow import urls

def broken(request, token):
    local = "MARK-local"
    raise ValueError(f"MARK-message {token}")

urls.urlpatterns.append(path("broken/<str:token>/", csrf_exempt(broken)))
client = httpx.Client(
    transport=httpx.WSGITransport(get_wsgi_application(), raise_app_exceptions=False),
    base_url="http://localhost",
    headers={"Authorization": "Bearer MARK-header", "X-Request-ID": "MARK-request"},
    cookies={"sessionid": "MARK-cookie"},
)
client.post("/broken/MARK-token/?q=MARK-query", data={"password": "MARK-body"})
client.post("/api/token/", json={"username": "MARK-name", "password": "MARK-password"})
logging.getLogger("signing.look").error(
    "job.dead", extra={"subject": "17f2", "note": "MARK extra", "url": "https://setu/MARK-url"}
)
logging.getLogger("library").error("cannot reach %s", "https://MARK-argument")
import sentry_sdk
sentry_sdk.flush(5)
"""


class Sentry(HTTPServer):
    """Takes envelopes and keeps their lines."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.text = ""

    @property
    def events(self) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.text.splitlines() if line.startswith("{")]
        return [
            line
            for line in lines
            if "level" in line or (line.get("type") == "transaction" and "spans" in line)
        ]


class Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:  # the library's name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.text += body.decode() + "\n"  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    server = Sentry()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run(program: str, *, tmp_path, **env: str) -> str:
    system = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    own = {"DJANGO_SETTINGS_MODULE": "signflow.settings", "SIGNFLOW_DEV": "1", "SIGNFLOW_VAR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env=system | own | env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("traces", ["0", "1"])
def test_events_arrive_and_no_planted_mark_does(sentry, tmp_path, traces):
    dsn = f"http://key@127.0.0.1:{sentry.server_port}/1"
    run(PROGRAM, tmp_path=tmp_path, SENTRY_DSN=dsn, SENTRY_TRACES=traces)
    assert "MARK" not in sentry.text
    types = [
        value["type"] for event in sentry.events for value in event.get("exception", {}).get("values", ())
    ]
    assert {"ValueError", "OperationalError"} <= set(types)
    (broken,) = [
        e for e in sentry.events if e.get("transaction") == "/broken/<str:token>/" and "exception" in e
    ]
    assert broken["request"] == {"method": "POST", "url": "/broken/<str:token>/"}
    assert re.fullmatch("[0-9a-f]{32}", broken["tags"]["http_request"])
    frame = broken["exception"]["values"][-1]["stacktrace"]["frames"][-1]
    assert (frame["function"], "vars" in frame) == ("broken", False)
    (dead,) = [event for event in sentry.events if event.get("message") == "job.dead"]
    assert dead["extra"] == {"subject": "17f2"}
    assert ('"type": "transaction"' in sentry.text or '"type":"transaction"' in sentry.text) == (
        traces == "1"
    )


def test_without_an_address_the_library_is_not_even_imported(tmp_path):
    program = "import sys, django; django.setup(); print('sentry_sdk' in sys.modules)"
    assert run(program, tmp_path=tmp_path) == "False"


def test_what_the_library_may_add_one_day_is_left_out():
    event = {
        "event_id": "e1",
        "user": {"ip_address": "MARK"},
        "breadcrumbs": {"values": [{"message": "MARK"}]},
        "contexts": {"response": {"headers": "MARK"}, "trace": {"trace_id": "t1", "data": "MARK"}},
        "request": {
            "method": "GET",
            "url": "MARK",
            "headers": {"a": "MARK"},
            "data": "MARK",
            "query_string": "MARK",
        },
        "exception": {
            "values": [{"type": "E", "value": "MARK", "stacktrace": {"frames": [{"vars": "MARK"}]}}]
        },
        "spans": [{"span_id": "s1", "description": "SELECT MARK", "data": {"url": "MARK"}}],
        "extra": {"sys.argv": ["MARK"], "request_id": 7},
        "new_in_the_next_release": "MARK",
    }
    with log.scope(route="/s/<str:token>/", user_id="u1", note="MARK it"):
        cleaned = clean(event)
    assert "MARK" not in json.dumps(cleaned)
    assert cleaned["event_id"] == "e1"
    assert cleaned["transaction"] == "/s/<str:token>/"
    assert cleaned["tags"] == {"route": "/s/<str:token>/", "user_id": "u1"}
    assert cleaned["extra"] == {"request_id": "7"}
    assert cleaned["contexts"] == {"trace": {"trace_id": "t1"}}
    assert cleaned["spans"] == [{"span_id": "s1"}]
