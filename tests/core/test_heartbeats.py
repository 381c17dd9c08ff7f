"""Signs of life, and who sweeps when the clock is silent."""

from uuid import uuid4

import pytest
from django.db import OperationalError, connection

from core import heartbeats, sweeping
from core.clock import after
from core.models import Heartbeat
from tests.core.bells import make_job, turns

pytestmark = pytest.mark.django_db


def silence(name: str, seconds: float) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"at": after(-seconds)})


def test_a_beat_is_remembered_and_repeated():
    assert heartbeats.silent_for(heartbeats.CLOCK) is None
    heartbeats.beat(heartbeats.CLOCK)
    heartbeats.beat(heartbeats.CLOCK)
    silent = heartbeats.silent_for(heartbeats.CLOCK)
    assert silent is not None
    assert silent < 5


def test_of_several_that_would_beat_for_a_silent_one_only_the_first_does():
    assert [heartbeats.beat_if_silent("clock", seconds=25) for _ in range(3)] == [True, False, False]
    silence("clock", 26)
    assert [heartbeats.beat_if_silent("clock", seconds=25) for _ in range(3)] == [True, False, False]


def test_the_latest_of_several_workers_counts_and_old_ones_are_forgotten():
    silence(f"{heartbeats.WORKER}a:1", 4000)
    silence(f"{heartbeats.WORKER}b:2", 30)
    assert heartbeats.silent_for(heartbeats.WORKER) == pytest.approx(30, abs=5)
    heartbeats.forget_old()
    assert [beat.name for beat in Heartbeat.objects.all()] == [f"{heartbeats.WORKER}b:2"]


def test_two_clocks_at_once_sweep_once(worked, broker):
    make_job(uuid4())
    assert sweeping.sweep_by_clock() == 1
    assert sweeping.sweep_by_clock() is None
    assert len(turns(broker)) == 1


def test_workers_sweep_only_while_no_clock_ticks_and_only_one_of_them(worked, broker):
    make_job(uuid4())
    silence(heartbeats.CLOCK, 60)
    assert sweeping.sweep_without_clock() == 0
    silence(heartbeats.CLOCK, 200)
    assert sweeping.sweep_without_clock() == 1
    assert sweeping.sweep_without_clock() == 0
    assert len(turns(broker)) == 1


def test_where_no_clock_ever_was_workers_take_its_place(worked):
    make_job(uuid4())
    assert sweeping.sweep_without_clock() == 1


def test_a_worker_in_the_clocks_place_ticks_each_minute_and_is_not_taken_for_a_clock(worked):
    make_job(uuid4())
    silence(heartbeats.CLOCK, 200)
    assert sweeping.sweep_without_clock() == 1
    silent = heartbeats.silent_for(heartbeats.CLOCK)
    assert silent is not None
    assert silent > heartbeats.CLOCK_SILENT_SECONDS, "nobody is told that a clock ticks"
    silence(sweeping.STAND_IN, 40)
    assert sweeping.sweep_without_clock() == 0
    silence(sweeping.STAND_IN, 60)
    assert sweeping.sweep_without_clock() > 0


def test_a_tick_sends_its_turns_before_anything_else_can_fail(worked, broker):
    make_job(uuid4())

    def refuse(execute, sql, params, many, context):
        if sql.startswith("DELETE"):
            raise OperationalError("deadlock detected")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse), pytest.raises(OperationalError):
        sweeping.sweep_by_clock()
    assert turns(broker) == [0.0]


@pytest.mark.parametrize("tick", [sweeping.sweep_by_clock, sweeping.sweep_without_clock])
def test_whoever_ticks_forgets_signs_of_life_that_are_old(tick):
    silence(f"{heartbeats.WORKER}a:1", 4000)
    tick()
    assert heartbeats.silent_for(heartbeats.WORKER) is None
