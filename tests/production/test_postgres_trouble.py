"""R1, R4, R21, R22: PostgreSQL killed, frozen and short of connections under load, with gunicorn and a worker."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import pytest

from tests import servers
from tests.production.people import Office
from tests.production.processes import Production, production_in, wait_until_up
from tests.proof import FULL, count

pytestmark = [pytest.mark.slow, pytest.mark.proof]
SHARED = 1 if FULL else 3  # in `make test` other tests run on the same cores
DOWN_SECONDS, BACK_SECONDS = (
    3.5 * SHARED,
    5.0 * SHARED,
)  # s: until a 503 is answered; until the first 200 again
CONNECTIONS_MAX = 20  # of a small plan


@dataclass
class Cluster:
    """A PostgreSQL that can be killed and started again on what it has."""

    program: servers.Program
    process: "subprocess.Popen[bytes]"

    def kill(self) -> None:
        """All at once, without a shutdown: it recovers from its log."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=10)

    def start(self) -> None:
        """As a supervisor does: again, while what is left of the killed one still ends."""
        until = time.monotonic() + 15
        while True:
            self.process = self.program.start()
            try:
                return self.program.wait_until_up(self.process)
            except servers.NoServer:
                assert time.monotonic() < until
                time.sleep(0.2)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.program.url, connect_timeout=3) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="signflow-pg-") as folder:  # one that another user may reach
        program = servers.postgres_made(Path(folder), max_connections=str(CONNECTIONS_MAX), fsync="on")
        cluster = Cluster(program, program.start())
        program.wait_until_up(cluster.process)
        yield cluster
        cluster.process.send_signal(signal.SIGINT)
        cluster.process.wait(timeout=10)


@pytest.fixture(scope="module")
def run(cluster: Cluster, redis: str, tmp_path_factory) -> Iterator[Production]:
    """Web and worker, which all these tests survive."""
    folder: Path = tmp_path_factory.mktemp("run")
    with production_in(folder, postgres=cluster.program.url, redis=redis) as run:
        run.start("web")
        run.start("worker")
        wait_until_up(f"{run.web_url}/healthz")
        yield run


@dataclass
class Setu:
    """Sends notifications all the time, each another one; remembers how each was answered."""

    url: str
    number: int
    acked: set[str] = field(default_factory=set)
    answers: list[tuple[float, float, int]] = field(default_factory=list)  # when, how long, status (0: none)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(no,), daemon=True) for no in range(self.number)
        ]

    def __enter__(self) -> "Setu":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=30)

    def _send(self, no: int) -> None:
        turn = 0
        with httpx.Client(timeout=30, trust_env=False) as http:
            while not self._stop.is_set():
                turn += 1
                esign = {"id": f"unknown-{no}", "status": "sign_pending", "signers": []}
                body = json.dumps({"timeStamp": f"{no}.{turn}", "data": {"esign": esign}}).encode()
                began = time.monotonic()
                try:
                    status = http.post(self.url, content=body).status_code
                except httpx.TransportError:
                    status = 0
                self.answers.append((began, time.monotonic() - began, status))
                if status == 200:
                    self.acked.add(hashlib.sha256(body).hexdigest())
                else:
                    time.sleep(0.1)

    def statuses(self, *, since: float, until: float = float("inf")) -> Counter[int]:
        return Counter(status for began, _, status in self.answers if since <= began < until)


def callbacks(run: Production, number: int) -> Setu:
    return Setu(f"{run.web_url}/webhooks/setu/{run.env['SETU_CALLBACK_TOKENS']}", number)


def kept(cluster: Cluster) -> set[str]:
    return {str(row[0]) for row in cluster.rows("SELECT digest FROM webhooks_inbounddelivery")}


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(each) for each in found.stdout.split()]


def workers_of(run: Production) -> set[int]:
    """Gunicorn's processes that answer."""
    return set(children(run.processes["web"].pid))


def test_r4_r21_a_killed_postgresql_is_a_503_at_once_and_service_returns_by_itself(run, cluster):
    web = workers_of(run)
    with callbacks(run, 6) as setu:
        time.sleep(2)
        killed = time.monotonic()
        cluster.kill()
        time.sleep(10)
        down_until = time.monotonic()
        cluster.start()
        back = time.monotonic()
        time.sleep(BACK_SECONDS + 1)
    settled = Counter(
        s for began, took, s in setu.answers if killed + 0.5 <= began and began + took < down_until
    )
    assert set(settled) == {503}, settled
    waits = sorted(took for began, took, _ in setu.answers if killed <= began and began + took < down_until)
    assert waits[len(waits) * 9 // 10] <= DOWN_SECONDS
    first = min(began + took for began, took, status in setu.answers if status == 200 and began > back - 3)
    assert first - back <= BACK_SECONDS
    after = setu.statuses(since=back + BACK_SECONDS)
    assert set(after) == {200}, after
    assert setu.acked <= kept(cluster), "what was answered 200 is there"
    assert workers_of(run) == web, "no process had to be started again"


def test_r4_a_frozen_postgresql_acknowledges_nothing_and_loses_nothing(run, cluster):
    """A frozen server is not a closed one: nobody can tell it from a slow one. Callers wait; none is told 200."""
    with callbacks(run, 6) as setu:
        time.sleep(1)
        frozen = [cluster.process.pid, *children(cluster.process.pid)]
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        at = time.monotonic()
        time.sleep(4)
        thawed = time.monotonic()
        for pid in frozen:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        time.sleep(3)
    during = [status for began, took, status in setu.answers if began >= at + 0.2 and began + took < thawed]
    assert 200 not in during
    assert setu.statuses(since=thawed + 1.5)[200] > 0
    assert setu.acked <= kept(cluster)


def test_r22_fifty_clients_and_a_busy_worker_stay_within_twenty_connections(run, cluster):
    office = Office(run)
    run.start("clock")
    for _ in range(5):
        office.ask()
    most = 0
    with callbacks(run, 50) as setu:
        until = time.monotonic() + 8
        while time.monotonic() < until:
            ((number,),) = cluster.rows(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            )
            most = max(most, int(str(number)) - 1)  # without this one
            time.sleep(0.2)
    office.close()
    assert set(setu.statuses(since=0)) <= {200}, setu.statuses(since=0)
    assert most <= 16, "the budget of web, worker and clock"
    logs = "".join(run.log(name) for name in ("web", "worker", "clock"))
    assert "too many clients" not in logs


def test_r1_gunicorn_killed_again_and_again_acknowledges_nothing_that_is_not_kept(run, cluster):
    kills = max(6, count(200))
    with callbacks(run, 4) as setu:
        for _ in range(kills):
            time.sleep(0.7)
            for pid in list(workers_of(run))[:1]:
                os.kill(pid, signal.SIGKILL)
    assert len(setu.acked) > 20
    assert setu.acked <= kept(cluster)
    assert setu.statuses(since=0)[0] > 0, "some were cut off, as was meant"
