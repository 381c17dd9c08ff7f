"""R3: a Redis that is down, or takes connections and never answers, costs a ring less than 0.6 s and loses nothing."""

import socket
import time
from collections.abc import Iterator

import pytest
from dramatiq.brokers.redis import RedisBroker

from core import doorbell, jobs
from core.models import Job
from core.queueclient import queue_client
from tests.core.bells import KIND, LEASE

pytestmark = pytest.mark.django_db(transaction=True)
COST = 0.6  # s


def down() -> tuple[socket.socket, int]:
    """A port on which nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port: int = closed.getsockname()[1]
    return socket.socket(), port


def frozen() -> tuple[socket.socket, int]:
    """A port that takes connections, by the kernel's own hand, and says nothing."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    port: int = listening.getsockname()[1]
    return listening, port


@pytest.fixture(params=[down, frozen], ids=["down", "frozen"])
def queue(request, worked) -> Iterator[None]:
    """The test's kind, with its messages going to a Redis in trouble."""
    held, port = request.param()
    client = queue_client(f"redis://127.0.0.1:{port}/0")
    broken = RedisBroker(client=client)
    kind = doorbell.KINDS[KIND]
    kept = kind.by_bell.broker
    kind.by_bell.broker = broken
    broken.declare_queue("tests")
    yield
    kind.by_bell.broker = kept
    client.close()
    held.close()


def test_r3_a_ring_costs_little_and_the_job_is_kept(queue, subject):
    for _ in range(3):
        began = time.monotonic()
        jobs.ring(KIND, subject=subject, cause="callback")
        assert time.monotonic() - began < COST
    job = Job.objects.get(subject=subject)
    assert job.wanted == 3
    assert jobs.claim(job.id, lease=LEASE) is not None, "the next tick, or worker, finds it due"


def test_r3_after_three_failures_rings_cost_nothing_until_five_seconds_are_over(queue, subject):
    for _ in range(3):
        jobs.ring(KIND, subject=subject, cause="callback")
    began = time.monotonic()
    for _ in range(50):
        jobs.ring(KIND, subject=subject, cause="callback")
    assert time.monotonic() - began < 50 * 0.05, "the queue was not asked"
    assert Job.objects.get(subject=subject).wanted == 53
