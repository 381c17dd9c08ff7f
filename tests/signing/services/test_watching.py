"""Cost follows activity, not backlog: a simulated day of open requests (tests/watching.py; 10,000 with PROOF=1)."""

import pytest

from tests.proof import FULL
from tests.watching import Request, a_day, played

pytestmark = pytest.mark.proof
NUMBER = 10_000 if FULL else 1000


@pytest.fixture(scope="module")
def day():
    return a_day(NUMBER, workers=1)


def test_an_untouched_request_costs_at_most_thirty_gets_a_day_and_at_least_two(day):
    counts = [request.gets for request in day.requests if request.kind == "untouched"]
    assert len(counts) > NUMBER * 0.8
    assert min(counts) >= 2
    assert max(counts) <= 30


def test_a_lost_callback_of_an_active_signer_is_found_within_a_minute(day):
    assert len(day.found) == NUMBER // 50
    assert max(day.found) < 60


def test_twice_the_workers_ask_setu_no_more_often(day):
    twice = a_day(NUMBER, workers=2)
    pairs = [(once.gets, again.gets) for once, again in zip(day.requests, twice.requests, strict=True)]
    assert max(again - once for once, again in pairs) <= 1, "a look that just fell into the day"
    assert sum(twice.gets.values()) <= 1.001 * sum(day.gets.values())


def test_ten_thousand_that_are_due_at_once_are_worked_off_at_the_clocks_pace(settings):
    requests = [Request(no, "untouched", created_at=-86_400.0) for no in range(NUMBER)]
    day = played(requests, workers=4, signatures=[])
    pace = settings.CLOCK_GETS_PER_SECOND
    assert NUMBER / pace - 1 < day.latest < NUMBER / pace + 120
