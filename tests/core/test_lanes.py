"""However slow Setu is for the clock, some of a worker's threads are left for doorbells."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from core import jobs, lanes, work
from core.doorbell import CLOCK_QUEUE
from tests.core.bells import KIND, bells, make_job


@dataclass
class FakeWorker:
    """What a worker tells at its boot."""

    worker_threads: int
    consumer_whitelist: set[str] | None = None


def boot(*, threads: int, queues: set[str] | None = None) -> None:
    lanes.Lanes().after_worker_boot(None, FakeWorker(threads, queues))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    kept = lanes._places
    lanes._places = None
    yield
    lanes._places = kept


def places_taken(most: int) -> int:
    """How many the clock gets at the same time."""
    with lanes.clock_place() as free:
        return 1 + places_taken(most - 1) if free and most else 0


@pytest.mark.parametrize(("threads", "places"), [(4, 2), (5, 2), (2, 1), (1, 1)])
def test_the_clock_gets_half_of_a_shared_workers_threads(threads, places):
    boot(threads=threads)
    assert places_taken(10) == places
    assert places_taken(10) == places, "they are given back"


@pytest.mark.parametrize("queues", [{CLOCK_QUEUE}, {"requests", "strays"}])
def test_a_worker_of_its_own_gives_the_clock_all_it_has(queues):
    boot(threads=2, queues=queues)
    assert places_taken(10) == 10


@pytest.mark.django_db
def test_a_message_that_finds_no_place_is_tried_again_and_the_job_stays_due(worked, broker, subject):
    boot(threads=2)
    job = make_job(subject)
    with lanes.clock_place():
        work.run_at_pace(KIND, job.id, paced=True)
    assert worked.claims == []
    assert [(bell.queue, bell.delay) for bell in bells(broker)] == [(CLOCK_QUEUE, lanes.FULL_SECONDS)]
    work.run_at_pace(KIND, job.id, paced=True)
    assert len(worked.claims) == 1


@pytest.mark.django_db
def test_a_place_is_given_back_when_the_work_stumbles(worked, subject):
    def stumble(claim: jobs.Claim) -> None:
        raise ZeroDivisionError

    boot(threads=2)
    worked.steps.append(stumble)
    work.run_at_pace(KIND, make_job(subject).id, paced=True)
    assert places_taken(10) == 1
