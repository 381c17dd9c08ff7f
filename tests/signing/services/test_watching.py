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
    more: dict[str, list[int]] = {"untouched": [], "new today": [], "signing": []}
    for once, again in zip(day.requests, twice.requests, strict=True):
        more[once.kind].append(again.gets - once.gets)
    assert max(more["untouched"] + more["new today"]) <= 1, "a look that just fell into the day"
    assert max(more["signing"]) <= 3, (
        "looks half a minute apart, of which a few fall into the signer's session or not"
    )
    for kind, differences in more.items():
        assert sum(differences) <= 0.001 * day.gets[kind] + 1


def test_ten_thousand_that_are_due_at_once_are_worked_off_at_the_clocks_pace(settings):
    requests = [Request(no, "untouched", created_at=-86_400.0) for no in range(NUMBER)]
    day = played(requests, workers=4, signatures=[])
    pace = settings.CLOCK_GETS_PER_SECOND
    assert NUMBER / pace - 1 < day.latest < NUMBER / pace + 120
