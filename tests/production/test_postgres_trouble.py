"""R1, R4, R21, R22: PostgreSQL killed, frozen and short of connections under load, with gunicorn and a worker."""

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.production.cluster import Cluster, children, own_postgres
from tests.production.people import Office, wait_for
from tests.production.processes import Production, production_in, wait_until_up
from tests.production.senders import Callbacks, kept
from tests.proof import FULL, count

pytestmark = [pytest.mark.slow, pytest.mark.proof]
SHARED = 1 if FULL else 3  # in `make test` other tests run on the same cores
DOWN_SECONDS = 3.0 * SHARED  # until a 503 is answered
BACK_SECONDS = 5.0 * SHARED  # until the first 200 again
CONNECTIONS_MAX = 20  # of a small plan
ENDS = (signal.SIGQUIT, signal.SIGINT, signal.SIGKILL)  # of a PostgreSQL


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with own_postgres(max_connections=str(CONNECTIONS_MAX), fsync="on") as cluster:
        yield cluster


@pytest.fixture(scope="module")
def run(cluster: Cluster, redis: str, tmp_path_factory) -> Iterator[Production]:
    """Web and worker, which all these tests survive."""
    folder: Path = tmp_path_factory.mktemp("run")
    with production_in(folder, postgres=cluster.program.url, redis=redis) as run:
        run.start("web")
        run.start("worker")
        wait_until_up(f"{run.web_url}/healthz")
        yield run


def workers_of(run: Production, name: str = "web") -> set[int]:
    """Gunicorn's processes that answer, or Dramatiq's that work."""
    return set(children(run.processes[name].pid))


@pytest.fixture(scope="module")
def office(run: Production) -> Iterator[Office]:
    office = Office(run)
    yield office
    office.close()


@pytest.fixture(scope="module")
def known(office: Office) -> list[str]:
    """Ids at Setu of requests of ours that wait for their signers."""
    asked = [office.ask() for _ in range(2)]
    wait_for(lambda: all(office.read(id_)["status"] == "sign_initiated" for id_ in asked), seconds=60)
    return [request["id"] for request in office.setu.get("/__control__/requests").json()]


@pytest.mark.timed
def test_r4_r21_a_killed_postgresql_is_a_503_at_once_and_service_returns_by_itself(run, cluster, office):
    web, worker = workers_of(run), workers_of(run, "worker")
    with Callbacks(run, 6) as setu:
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
    assert waits[-1] <= DOWN_SECONDS
    first = min(began + took for began, took, status in setu.answers if status == 200 and began > back - 3)
    assert first - back <= BACK_SECONDS
    sys.stdout.write(
        f"\nR4: {len(waits)} told 503, nine of ten within {waits[len(waits) * 9 // 10]:.2f} s, "
        f"the slowest {waits[-1]:.2f} s; first 200 {first - back:.2f} s after the return\n"
    )
    after = setu.statuses(since=back + BACK_SECONDS)
    assert set(after) == {200}, after
    assert setu.acked <= kept(cluster.program.url), "what was answered 200 is there"
    after_all = office.ask()
    wait_for(lambda: office.read(after_all)["status"] == "sign_initiated", seconds=60)
    assert (workers_of(run), workers_of(run, "worker")) == (web, worker), "no process had to be started again"


@pytest.mark.timed
def test_r4_a_frozen_postgresql_acknowledges_nothing_and_loses_nothing(run, cluster):
    """A frozen server is not a closed one: nobody can tell it from a slow one. Callers wait; none is told 200."""
    with Callbacks(run, 6) as setu:
        time.sleep(1)
        with cluster.frozen():
            at = time.monotonic()
            time.sleep(4)
            thawed = time.monotonic()
        time.sleep(3)
    during = [status for began, took, status in setu.answers if began >= at + 0.2 and began + took < thawed]
    assert 200 not in during
    assert setu.statuses(since=thawed + 1.5)[200] > 0
    assert setu.acked <= kept(cluster.program.url)


@pytest.mark.timed
def test_r22_fifty_clients_and_a_busy_worker_stay_within_twenty_connections(run, cluster, office):
    run.start("clock")
    for _ in range(5):
        office.ask()
    most = 0
    with Callbacks(run, 50) as setu:
        until = time.monotonic() + 8
        while time.monotonic() < until:
            ((number,),) = cluster.rows(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            )
            most = max(most, int(str(number)) - 1)  # without this one
            time.sleep(0.2)
    assert set(setu.statuses()) <= {200}, setu.statuses()
    assert most <= 16, "the budget of web, worker and clock"
    logs = "".join(run.log(name) for name in ("web", "worker", "clock"))
    assert "too many clients" not in logs


def test_r1_gunicorn_killed_again_and_again_acknowledges_nothing_that_is_not_kept(run, cluster, known):
    kills, instants = max(6, count(200)), random.Random(1)  # noqa: S311  # to be repeatable
    with Callbacks(run, 4, setu_ids=[*known, "unknown"]) as setu:
        for _ in range(kills):
            time.sleep(instants.uniform(0.3, 1.1))
            for pid in list(workers_of(run))[:1]:
                os.kill(pid, signal.SIGKILL)
    assert len(setu.acked) > 20
    assert setu.acked <= kept(cluster.program.url)
    assert setu.statuses()[0] > 0, "some were cut off, as was meant"


def test_r1_postgresql_killed_again_and_again_has_kept_all_that_was_acknowledged(run, cluster, known):
    with Callbacks(run, 4, setu_ids=[*known, "unknown"]) as setu:
        for number in range(max(len(ENDS), count(100))):
            acked = len(setu.acked)
            wait_for(lambda before=acked: len(setu.acked) > before + 20, seconds=60)  # type: ignore[misc]
            cluster.kill(ENDS[number % len(ENDS)])
            cluster.start()
        time.sleep(BACK_SECONDS)
    assert len(setu.acked) > 20
    assert setu.acked <= kept(cluster.program.url)
