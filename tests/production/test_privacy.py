"""R43 with processes: what web, worker and clock write at the level DEBUG, what lies in Redis and reaches Sentry."""

import re
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
import redis as redis_library

from tests.core.test_sentry import Sentry, sentry  # noqa: F401  # a fixture
from tests.privacy.canaries import AADHAAR, PERSON, SECRET, Canaries
from tests.privacy.places import redis_dump
from tests.production.people import CONTRACT, Office, wait_for
from tests.production.processes import PASSWORD, Production, wait_until_up

pytestmark = pytest.mark.slow
PARTS = ("web", "worker", "clock")


@pytest.fixture
def run(production: Production, sentry: Sentry) -> Production:  # noqa: F811
    production.env |= {
        "LOG_LEVEL": "DEBUG",
        "LOG_ERROR_TEXTS": "false",
        "SENTRY_DSN": f"http://key@127.0.0.1:{sentry.server_port}/1",
        "SENTRY_TRACES": "1",
        "METRICS_TOKEN": SECRET["metrics token"],
    }
    for name, form in zip(PARTS, ("json", "text", "json"), strict=True):
        production.start(name, LOG_FORMAT=form)
    wait_until_up(f"{production.web_url}/healthz")
    return production


@pytest.fixture
def canaries(run: Production) -> Canaries:
    found = Canaries()
    for name in ("SECRET_KEY", "SETU_CLIENT_SECRET", "SETU_CALLBACK_TOKENS"):
        found.add(name, run.env[name])
    found.add("the manager's password", PASSWORD)
    return found


def asked(office: Office) -> dict[str, Any]:
    """A request with marks, which the worker has taken to Setu; as Setu shows it."""
    person = {
        "username": PERSON["user name"],
        "password": SECRET["password"],
        "full_name": PERSON["full name"],
    }
    signer = office.post("users/create/", json=person | {"dob": PERSON["birth"]})["id"]
    files = {"document": (f"{PERSON['full name']}.pdf", CONTRACT, "application/pdf")}
    document = office.post("documents/", data={"name": PERSON["title"]}, files=files)["id"]
    body = {"documentId": document, "reason": PERSON["reason"], "signers": [{"identifier": signer}]}
    request = office.post("signature/", json=body)["id"]
    wait_for(lambda: office.read(request)["status"] == "sign_initiated", seconds=30)
    return {"id": request, "setu": office.at_setu()}


def marked(canaries: Canaries, office: Office, run: Production, setu: dict[str, Any]) -> str:
    """Ids, tokens and links become marks. Returns the signer's link."""
    login = {"username": PERSON["user name"], "password": SECRET["password"]}
    tokens = office.post("token/", json=login)
    canaries.add("access token", tokens["access"])
    canaries.add("refresh token", tokens["refresh"])
    canaries.add("the manager's token", office.http.headers["Authorization"].removeprefix("Bearer "))
    for value in (setu["id"], setu["documentId"], setu["signers"][0]["id"], setu["redirectUrl"]):
        canaries.add("at Setu", value)
    mine = {"Authorization": f"Bearer {tokens['access']}"}
    (row,) = httpx.get(f"{run.web_url}/api/dashboard/", headers=mine, trust_env=False).json()
    link = str(row["signers"][0]["signer_url"])
    canaries.add("the signer's link", urlsplit(link).path.split("/")[2])
    return link


def knocked(run: Production, link: str) -> None:
    """At every door, as nobody should."""
    path = urlsplit(link).path
    callback = f"/webhooks/setu/{run.env['SETU_CALLBACK_TOKENS']}/"
    everything = " | ".join(PERSON.values())
    with httpx.Client(
        base_url=run.web_url, trust_env=False, headers={"User-Agent": everything.replace("|", ";")}
    ) as http:
        for door in (path, callback, f"{callback}x", f"/api/x?q={SECRET['query']}", f"/files{path[2:]}"):
            for method in ("GET", "POST", "PUT", "HEAD", "OPTIONS"):
                http.request(method, door, content=everything)
        http.post(callback, json={"data": {"esign": {"id": "8b2f7a52-unknown", "status": everything}}})
        answer = http.post(
            "/api/token/", json={"username": PERSON["e-mail"], "password": SECRET["wrong password"]}
        )
        assert answer.status_code == 401
    host, port = urlsplit(run.web_url).hostname, urlsplit(run.web_url).port
    for junk in (
        f"GET {path} HTTP/9.9",
        f"G\x01T {path} HTTP/1.1",
        f"GET {path} HTTP/1.1\r\nBad Header\x01: {AADHAAR}",
    ):
        with socket.create_connection(("127.0.0.1", port or 0), timeout=5) as raw:
            raw.sendall(f"{junk}\r\nHost: {host}\r\n\r\n".encode())
            raw.recv(1000)


def broken(run: Production, office: Office, request: str) -> None:
    """A signed file that is gone when somebody wants it, and an original when the worker does."""
    path = office.http.get(f"download/{request}/").json()["downloadUrl"]
    stored = [file for file in Path(run.env["SIGNFLOW_VAR"]).rglob("files/*/*") if file.is_file()]
    for file in stored:
        file.unlink()
    assert httpx.get(path, trust_env=False).status_code == 503
    office.setu.post(
        "/__control__/faults", json={"fault": "status", "endpoint": "upload", "status": 503, "times": 1}
    )
    second = office.ask()
    for file in Path(run.env["SIGNFLOW_VAR"]).rglob("files/*/*"):
        file.unlink()
    office.http.post(f"signature/{second}/check/")
    wait_for(lambda: "job.stumbled" in run.log("worker"), seconds=30)


def rows(url: str) -> str:
    with psycopg.connect(url) as connection:
        tables = (
            "core_job",
            "core_event",
            "core_eventpayload",
            "core_counter",
            "core_heartbeat",
            "core_allowance",
        )
        return "\n".join(str(connection.execute(f"SELECT * FROM {table}").fetchall()) for table in tables)  # noqa: S608


def test_r43_processes_write_nothing_of_what_is_planted(run, canaries, sentry, redis):  # noqa: F811
    office = Office(run)
    request = asked(office)
    link = marked(canaries, office, run, request["setu"])
    answer = httpx.get(link, trust_env=False)
    assert answer.status_code == 303
    canaries.add("Setu's link", answer.headers["Location"])
    knocked(run, link)
    office.setu.post(
        "/__control__/faults", json={"fault": "status", "endpoint": "get", "status": 500, "times": 2}
    )
    office.http.post(f"signature/{request['id']}/check/")
    office.sign()
    wait_for(lambda: office.read(request["id"])["status"] == "sign_complete", seconds=60)
    found = office.http.get(f"download/{request['id']}/").json()["downloadUrl"]
    canaries.add("the file's link", urlsplit(found).path.split("/")[2])
    assert httpx.get(found, trust_env=False).content.startswith(b"%PDF-")
    with redis_library.Redis.from_url(redis) as client:
        queue = redis_dump(client)
    broken(run, office, request["id"])
    mine = {"Authorization": f"Bearer {SECRET['metrics token']}"}
    metrics = httpx.get(f"{run.web_url}/metrics", headers=mine, trust_env=False)
    assert metrics.status_code == 200
    office.close()
    for name in PARTS:
        run.end(name)
    with redis_library.Redis.from_url(redis) as client:
        queue += redis_dump(client)

    for name in PARTS:
        text = run.log(name)
        assert canaries.found(text) == set(), [line for line in text.splitlines() if canaries.found(line)][:5]
    assert run.log("web").count('"event":"web.answered"') > 30
    assert "Invalid" in run.log("web"), "gunicorn has told of the junk"
    assert "files.unreadable" in run.log("web")
    assert re.search(r'"level":"debug"', run.log("web"))
    assert canaries.found(sentry.text) == set()
    assert "FileNotFoundError" in sentry.text
    assert '"transaction"' in sentry.text
    assert canaries.found(queue) == set()
    assert "dramatiq" in queue
    assert canaries.found(metrics.text) == set()
    assert canaries.found(rows(run.env["DATABASE_URL"])) == set()
