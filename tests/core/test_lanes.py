"""However slow Setu is for the clock, some of a worker's threads are left for doorbells."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from core import jobs, lanes, sweeping, work
from core.clock import after
from core.doorbell import CLOCK_QUEUE
from core.models import Pace
from tests.core.bells import changed, make_job, turns


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


@pytest.mark.parametrize(("threads", "places"), [(4, 3), (1, 1)])
def test_a_worker_of_its_own_gives_the_clock_all_threads_but_the_one_that_hears_the_tick(threads, places):
    boot(threads=threads, queues={CLOCK_QUEUE})
    assert places_taken(10) == places


def test_a_worker_that_starts_brings_a_turn_for_what_became_due_while_there_was_none(broker):
    boot(threads=2, queues={"requests", "strays"})
    assert turns(broker) == []
    boot(threads=2)
    assert turns(broker) == [0]


def test_a_worker_of_other_queues_leaves_the_clocks_places_as_they_are():
    boot(threads=4, queues={CLOCK_QUEUE})
    boot(threads=2, queues={"requests", "strays"})
    assert places_taken(10) == 3


@pytest.mark.django_db
def test_a_turn_that_finds_no_place_works_nothing_and_comes_again_for_another_worker(worked, broker, subject):
    boot(threads=2)
    broker.flush_all()
    make_job(subject)
    with lanes.clock_place():
        work.run_turn()
    assert (worked.claims, turns(broker)) == ([], [lanes.AGAIN_SECONDS])
    work.run_turn()
    assert len(worked.claims) == 1


@pytest.mark.django_db
def test_ticks_while_a_slow_setu_has_all_places_leave_one_turn_behind_in_the_queue(worked, broker):
    boot(threads=2)
    broker.flush_all()
    for _ in range(40):
        make_job(uuid4())
    left = []
    with lanes.clock_place():
        for _ in range(5):
            assert sweeping.sweep() == len(turns(broker)) == sweeping.TURNS_MAX
            broker.flush_all()
            for _ in range(sweeping.TURNS_MAX):
                work.run_turn()  # as each is delivered
            left += turns(broker)
            broker.flush_all()
    assert left == [lanes.AGAIN_SECONDS], "for another worker, which may be idle"
    assert worked.claims == []
    assert not Pace.objects.exists(), "nor has any taken a slot from those who work"


@pytest.mark.django_db
def test_what_a_dropped_turn_came_for_is_worked_by_whoever_had_the_place(worked, subject):
    """It looks again when its place is free, so that no turn is needed between its last look and its end."""
    boot(threads=2)
    later = make_job(uuid4(), due_in=50)

    def slow(claim: jobs.Claim) -> None:
        changed(later, due_at=after(-1))
        work.run_turn()
        jobs.settle(claim, next_in=None)

    worked.steps = [slow]
    make_job(subject)
    work.run_turn()
    assert [claim.job_id for claim in worked.claims][1:] == [later.id]


@pytest.mark.django_db
def test_a_place_is_given_back_when_the_work_stumbles(worked, subject):
    def stumble(claim: jobs.Claim) -> None:
        raise ZeroDivisionError

    boot(threads=2)
    worked.steps.append(stumble)
    make_job(subject)
    work.run_turn()
    assert places_taken(10) == 1
