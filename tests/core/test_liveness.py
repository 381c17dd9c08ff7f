"""A worker that cannot work ends; one that can says so."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connections

from core import doorbell, heartbeats, liveness
from core.liveness import EXIT_CODE, Liveness
from core.models import Heartbeat
from tests.core.bells import make_job, turns


@dataclass
class FakeThread:
    alive: bool = True

    def is_alive(self) -> bool:
        return self.alive


@dataclass
class FakeWorker:
    """What the watch looks at in Dramatiq's worker."""

    workers: list[FakeThread] = field(default_factory=lambda: [FakeThread(), FakeThread()])
    consumers: dict[str, FakeThread] = field(default_factory=lambda: {"requests": FakeThread()})


def test_a_worker_whose_threads_live_has_no_fault():
    assert Liveness().fault(FakeWorker()) == ""  # type: ignore[arg-type]


@pytest.mark.parametrize("where", ["workers", "consumers"])
def test_a_dead_thread_is_a_fault(where):
    worker = FakeWorker()
    (worker.workers[1] if where == "workers" else worker.consumers["requests"]).alive = False
    assert Liveness().fault(worker) == "a thread is dead"  # type: ignore[arg-type]


def test_a_message_that_takes_far_too_long_is_a_fault_until_it_ends():
    watch, worker, message = Liveness(), FakeWorker(), object()
    watch.before_process_message(None, message)  # type: ignore[arg-type]
    assert watch.fault(worker) == ""  # type: ignore[arg-type]
    watch._busy_since[threading.get_ident()] -= liveness.STUCK_SECONDS + 1
    assert watch.fault(worker) == "a thread is stuck"  # type: ignore[arg-type]
    watch.after_process_message(None, message)  # type: ignore[arg-type]
    assert watch.fault(worker) == ""  # type: ignore[arg-type]


def watched(worker: Any, **given: Any) -> tuple[Liveness, list[int]]:
    """A watch over a worker, and the codes with which it ended the process."""
    ended: list[int] = []
    watch = Liveness(every=0.02, exit=ended.append, **given)
    watch.after_worker_boot(None, worker)  # type: ignore[arg-type]
    return watch, ended


def until(holds: Any) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_worker_that_cannot_work_ends_its_process():
    _, ended = watched(FakeWorker(workers=[FakeThread(alive=False)]))
    until(lambda: ended == [EXIT_CODE])


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_can_work_beats_until_it_is_stopped():
    watch, ended = watched(FakeWorker())
    until(lambda: heartbeats.silent_for(watch.name) is not None)
    Heartbeat.objects.all().delete()
    until(lambda: heartbeats.silent_for(watch.name) is not None)
    watch.before_worker_shutdown(None, None)  # type: ignore[arg-type]
    time.sleep(0.2)  # the beat it may be at
    Heartbeat.objects.all().delete()
    time.sleep(0.2)
    assert (ended, heartbeats.silent_for(watch.name)) == ([], None)
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_a_worker_shows_itself_as_soon_as_it_runs():
    watch = Liveness(every=60)
    watch.after_worker_boot(None, FakeWorker())  # type: ignore[arg-type]
    until(lambda: heartbeats.silent_for(watch.name) is not None)
    watch.before_worker_shutdown(None, None)  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_a_watch_outlives_an_error_nobody_foresaw(broker, worked, subject, caplog):
    turn = broker.actors.pop(doorbell.TURN)
    make_job(subject)
    watch, _ = watched(FakeWorker())
    until(lambda: any(record.message == "worker.watch_stumbled" for record in caplog.records))
    broker.actors[doorbell.TURN] = turn
    Heartbeat.objects.all().delete()
    until(lambda: turns(broker) == [0])
    watch.before_worker_shutdown(None, None)  # type: ignore[arg-type]
    time.sleep(0.1)
    connections.close_all()
