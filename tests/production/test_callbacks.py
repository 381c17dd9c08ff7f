"""Callbacks at a real Gunicorn: bodies without a length, junk on kept connections, and what the web process counts."""

import json
import re
import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.production.people import wait_for
from tests.production.processes import Production, wait_until_up

pytestmark = pytest.mark.slow
NOTICE = json.dumps(
    {"event": "ESIGN_WEBHOOK_NOTIFICATION", "data": {"esign": {"id": "nobody", "status": "sign_pending"}}}
).encode()


def pieces(body: bytes, size: int = 1000) -> Iterator[bytes]:
    """Sent by httpx in chunks, without a length."""
    for at in range(0, len(body), size):
        yield body[at : at + size]


def raw(port: int, text: bytes) -> bytes:
    """What the server says to these bytes, up to its first pause."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(text)
        return connection.recv(65_536)


def test_bodies_of_any_length_on_kept_connections_and_what_is_counted(production: Production):
    production.env |= {"METRICS_TOKEN": "m" * 24, "SETU_CALLBACK_NETWORKS": "203.0.113.0/24"}
    production.start("web")
    wait_until_up(f"{production.web_url}/healthz")
    path = f"/webhooks/setu/{production.env['SETU_CALLBACK_TOKENS']}"
    wrong = "/webhooks/setu/" + "w" * 43
    kind = {"Content-Type": "application/json"}

    with httpx.Client(base_url=production.web_url, trust_env=False, timeout=10) as setu:

        def sent(to: str, body: bytes | Iterator[bytes], **headers: str) -> int:
            return setu.post(to, content=body, headers=kind | headers).status_code

        def once(to: str, body: bytes | Iterator[bytes]) -> int:
            """On a connection of its own: Gunicorn reads no end of what is refused, and closes."""
            url = f"{production.web_url}{to}"
            with httpx.Client(trust_env=False, timeout=10) as somebody:
                return somebody.post(url, content=body, headers=kind).status_code

        assert sent(path, pieces(NOTICE, 7)) == 200
        assert once(path, pieces(b"x" * 300_000)) == 413
        assert once(path, b"x" * 300_000) == 413
        assert sent(path, pieces(b"not json")) == 400
        assert once(wrong, pieces(b"x" * 300_000)) == 404
        assert once(wrong, b"x" * 300_000) == 404
        assert sent(path, NOTICE, **{"Content-Type": "text/plain"}) == 415
        assert sent(wrong, NOTICE) == 404
        assert sent(path, NOTICE) == 200, "the connection is still good, and the same bytes are known"

        port = int(production.env["PORT"])
        head = f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\n"
        broken = raw(port, head.encode() + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n")
        assert broken.startswith(b"HTTP/1.1 400"), broken
        smuggled = head.encode() + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        assert not raw(port, smuggled).startswith(b"HTTP/1.1 200")

        def metrics() -> str:
            return setu.get("/metrics", headers={"Authorization": "Bearer " + "m" * 24}).text

        def figure(name: str) -> float:
            found = re.search(rf"^signflow_{re.escape(name)} (\S+)$", metrics(), flags=re.MULTILINE)
            return float(found[1]) if found else -1.0

        wait_for(lambda: figure('callbacks_total{outcome="repeated"}') == 1, seconds=10)
        assert figure('callbacks_total{outcome="kept"}') == 1
        assert figure('callbacks_total{outcome="not_understood"}') >= 1
        assert figure('callback_signals_total{signal="elsewhere"}') == 2
        assert 0 <= figure('callback_token_age_seconds{place="1"}') < 30
    assert "Traceback" not in production.log("web")
