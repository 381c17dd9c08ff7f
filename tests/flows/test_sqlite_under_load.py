"""The one-process mode as people run it, on SQLite: web threads, worker threads and the ticker share one file."""

import itertools
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from dev.stack import Stack, free_port
from signflow import devmode

SECONDS = float(os.environ.get("SQLITE_LOAD_SECONDS", "60"))
CONTRACT = Path(__file__).parents[2] / "samples" / "contract.pdf"


@pytest.fixture
def stack(tmp_path):
    """A development server of its own, prepared and started as `make run` does it."""
    stack = Stack(
        var_dir=tmp_path / "var",
        web_port=free_port(),
        standin_port=free_port(),
        download_port=free_port(),
        extra={"CHECK_SECONDS_ACTIVE": "1", "CHECK_SECONDS_WARM": "1"},
    )
    stack.extra |= dict.fromkeys(
        (*devmode.SETU_NAMES, "SETU_CALLBACK_TOKENS", "SECRET_KEY", "DATABASE_URL"), ""
    )
    stack.extra |= {"PUBLIC_URL": stack.web_url, "SETU_DOWNLOAD_HOSTS": "127.0.0.1", "LOG_LEVEL": "INFO"}
    stack.prepare()
    script = (
        "import os, pathlib, sys; from dev.run import tables_and_people\n"
        "tables_and_people(pathlib.Path(os.environ['SIGNFLOW_VAR']))"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env=stack.environment)
    stack.start()
    yield stack
    stack.stop()


class Person:
    def __init__(self, stack: Stack, username: str) -> None:
        self.http = httpx.Client(base_url=f"{stack.web_url}/api/", timeout=30, trust_env=False)
        password = devmode.kept_secrets(stack.var_dir)[f"DEMO_{username.upper()}_PASSWORD"]
        answer = self.http.post("token/", json={"username": username, "password": password})
        answer.raise_for_status()
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access']}"


@pytest.mark.slow
@pytest.mark.sqlite
def test_four_pollers_and_the_ticker_never_meet_a_locked_database(stack):
    stop = threading.Event()
    answers: list[int] = []

    def poll(person: Person, path: str) -> None:
        while not stop.is_set():
            answers.append(person.http.get(path).status_code)
            time.sleep(0.02)

    def onboard(person: Person) -> None:
        """Hashing passwords takes long; nobody may have to wait for it."""
        for number in itertools.count():
            if stop.is_set():
                break
            body = {"username": f"person-{number}", "password": "correct horse battery", "dob": "1990-01-01"}
            answers.append(person.http.post("users/create/", json=body).status_code)

    names = ("manager", "asha", "manager", "manager", "asha", "ravi", "manager")
    people = [Person(stack, name) for name in names]
    boss, asha = people[:2]
    pollers = [
        threading.Thread(target=poll, args=(person, path))
        for person, path in zip(people[2:6], ("status/", "status/", "dashboard/", "dashboard/"), strict=True)
    ]
    pollers.append(threading.Thread(target=onboard, args=(people[6],)))
    for poller in pollers:
        poller.start()
    until = time.monotonic() + SECONDS
    made = 0
    with httpx.Client(base_url=stack.standin_url, trust_env=False) as setu:
        for number in itertools.count():
            if time.monotonic() > until:
                break
            ask_and_sign(boss, setu, lose_callback=number % 3 == 2)
            made += 1
        deadline = time.monotonic() + 30
        while any(row["status"] != "sign_complete" for row in asha.http.get("dashboard/").json()):
            assert time.monotonic() < deadline, "some requests were never completed"
            time.sleep(0.2)
    stop.set()
    for poller in pollers:
        poller.join()
    for person in people:
        person.http.close()

    assert made >= SECONDS / 3, f"only {made} requests were made"
    assert len(answers) > SECONDS * 20
    assert set(answers) == {200, 201}
    log = (stack.var_dir / "web.log").read_text()
    assert not re.search("database is locked|Traceback|ERROR", log), log[-3000:]


def ask_and_sign(boss: Person, setu: httpx.Client, *, lose_callback: bool) -> None:
    """One request for asha, who signs as soon as it is open at Setu."""
    files = {"document": ("contract.pdf", CONTRACT.read_bytes(), "application/pdf")}
    document = boss.http.post("documents/", data={"name": "Load"}, files=files).json()["id"]
    listed = {user["displayName"]: user["identifier"] for user in boss.http.get("users/list/").json()}
    known = {request["id"] for request in setu.get("/__control__/requests").json()}
    body = {"documentId": document, "signers": [{"identifier": listed["asha"], "displayName": "asha"}]}
    boss.http.post("signature/", json=body).raise_for_status()
    until = time.monotonic() + 10
    while not (new := [r for r in setu.get("/__control__/requests").json() if r["id"] not in known]):
        assert time.monotonic() < until, "the request was never opened at Setu"
        time.sleep(0.02)
    if lose_callback:
        setu.post(
            "/__control__/faults",
            json={"fault": "callback_lost", "endpoint": "callback", "requestId": new[0]["id"]},
        )
    sign = {"requestId": new[0]["id"], "signerId": new[0]["signers"][0]["id"]}
    setu.post("/__control__/sign", json=sign).raise_for_status()
