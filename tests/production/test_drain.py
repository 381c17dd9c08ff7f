"""A platform sends SIGTERM and kills 30 s later: web and worker end in time under load, and lose nothing."""

import sys
import threading
import time
from functools import partial

import httpx
import pytest

from tests.production.people import Office, wait_for
from tests.production.processes import wait_until_up

pytestmark = pytest.mark.slow
LIMIT = 25.0  # s


class Pollers:
    """Clients that read and ask all the time, each over a kept connection; what they were answered is counted."""

    def __init__(self, url: str, token: str, number: int) -> None:
        self.answers: list[int] = []
        self.cut_off: list[str] = []
        self._stop = threading.Event()
        self._url, self._headers = url, {"Authorization": f"Bearer {token}"}
        self._threads = [threading.Thread(target=self._poll, daemon=True) for _ in range(number)]

    def __enter__(self) -> "Pollers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=20)

    def _poll(self) -> None:
        with httpx.Client(headers=self._headers, timeout=20, trust_env=False) as http:
            while not self._stop.is_set():
                try:
                    self.answers.append(http.get(f"{self._url}/api/status/").status_code)
                except httpx.ConnectError:
                    return  # it has ended
                except httpx.TransportError as error:
                    self.cut_off.append(type(error).__name__)


def at_setu_now(office: Office, request: str) -> bool:
    return bool(office.read(request)["status"] == "sign_initiated")


def test_web_and_worker_drain_under_load_and_nothing_is_lost(production):
    for name in ("web", "worker", "clock"):
        production.start(name)
    wait_until_up(f"{production.web_url}/healthz")
    office = Office(production)
    first = office.ask()
    wait_for(lambda: office.read(first)["status"] == "sign_initiated", seconds=30)

    slow = {"fault": "slow", "endpoint": "create", "seconds": 3, "times": 1000}
    office.setu.post("/__control__/faults", json=slow).raise_for_status()
    asked = [office.ask() for _ in range(12)]
    time.sleep(1)  # four creates are under way, the others wait
    worker = production.end("worker")
    assert worker < LIMIT

    token = office.http.headers["Authorization"].removeprefix("Bearer ")
    with Pollers(production.web_url, token, 8) as pollers:
        wait_for(lambda: len(pollers.answers) > 200, seconds=30)
        web = production.end("web")
    sys.stdout.write(
        f"\nSIGTERM to end: worker {worker:.1f} s amid four creates, web {web:.1f} s under 8 pollers\n"
    )
    assert web < LIMIT
    assert set(pollers.answers) == {200}
    # A kept connection that is idle when the server ends may lose the request it sends in that moment: one at most.
    assert len(pollers.cut_off) <= 8, pollers.cut_off

    for name in ("web", "worker"):
        production.start(name)
    wait_until_up(f"{production.web_url}/healthz")
    for request in asked:
        wait_for(partial(at_setu_now, office, request), seconds=60)
    at_setu = office.setu.get("/__control__/requests").json()
    # One that the drain interrupted in its create is asked for anew; what it left is deleted once it turns up.
    assert len(at_setu) >= 13
    office.close()
