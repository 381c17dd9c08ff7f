"""R24: a process whose clock is an hour off, or jumps, disturbs no lease, no due time and no order."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from ninja_jwt.tokens import AccessToken

from core import heartbeats, jobs, pace, sweeping, work
from core.auth import tokens_for, user_of
from core.clock import database_now
from core.errors import NotSignedIn
from tests.core.bells import LEASE, changed, claimed, make_job, seconds_until_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worked")]
HOUR = timedelta(hours=1)
OFF = [HOUR, -HOUR, timedelta(days=400), timedelta(minutes=-10)]


@pytest.fixture(params=OFF, ids=str)
def off(request):
    """This process's clock is that much off. The database keeps its own."""
    real = database_now()
    with time_machine.travel(real + request.param, tick=True):
        yield request.param


def test_a_job_that_is_due_later_is_not_claimed_by_a_fast_clock(off, subject):
    assert jobs.claim(make_job(subject, due_in=600).id, lease=LEASE) is None


def test_a_job_that_is_due_is_claimed_by_a_slow_clock(off, subject):
    assert claimed(make_job(subject, due_in=-1))


def test_a_lease_lasts_as_long_as_it_says(off, subject):
    job = make_job(subject)
    claim = claimed(job)
    assert jobs.claim(job.id, lease=LEASE) is None
    with transaction.atomic():
        jobs.settle(claim, next_in=300)
    assert 298 < seconds_until_due(changed(job)) <= 300


@pytest.mark.parametrize("jump", OFF, ids=str)
def test_a_jump_while_work_is_held_neither_frees_it_nor_keeps_its_holder_from_settling(jump, subject):
    job = make_job(subject)
    claim = claimed(job)
    with time_machine.travel(database_now() + jump, tick=True):
        assert jobs.claim(job.id, lease=LEASE) is None
        assert sweeping.sweep() == 0
        with transaction.atomic():
            jobs.settle(claim, next_in=300)
    assert 298 < seconds_until_due(changed(job)) <= 300


def test_the_clocks_lane_works_what_is_due_and_nothing_else(off, subject, worked, broker):
    make_job(subject, due_in=-1)
    make_job(type(subject)(int=7), due_in=600)
    assert sweeping.sweep() == 1
    work.run_turn()
    assert [claim.subject for claim in worked.claims] == [subject]
    assert sweeping.sweep() == 0


def test_heartbeats_and_the_pace_keep_the_databases_time(off):
    heartbeats.beat(heartbeats.CLOCK)
    silent = heartbeats.silent_for(heartbeats.CLOCK)
    assert silent is not None
    assert silent < 5
    assert pace.slot("jumps", per_second=1) == 0


def test_tokens_fail_closed(manager):
    """One made by a process whose clock is ahead is not taken before its time; an old one is not taken at all."""
    now = database_now()
    with time_machine.travel(now + HOUR):
        ahead, _ = tokens_for(manager)
    with time_machine.travel(now - HOUR):
        behind, _ = tokens_for(manager)
    for token in (ahead, behind):
        with time_machine.travel(now), pytest.raises(NotSignedIn):
            user_of(token, kind=AccessToken)
