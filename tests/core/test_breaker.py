import time

from core.breaker import Breaker

SECONDS = 0.2


def test_three_failures_in_a_row_open_it_and_success_between_them_does_not():
    breaker = Breaker(failures=3, seconds=SECONDS)
    for _ in range(2):
        breaker.failed()
    breaker.went_well()
    for _ in range(2):
        breaker.failed()
        assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()


def test_when_the_time_is_over_one_is_let_through_and_all_after_it_went_well():
    breaker = Breaker(failures=1, seconds=SECONDS)
    breaker.failed()
    time.sleep(SECONDS)
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    breaker.went_well()
    assert [breaker.allows() for _ in range(3)] == [True, True, True]


def test_one_that_failed_again_closes_nothing():
    breaker = Breaker(failures=1, seconds=SECONDS)
    breaker.failed()
    time.sleep(SECONDS)
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()


def test_a_failure_counts_for_nothing_shortly_after_another_went_well():
    breaker = Breaker(failures=1, seconds=SECONDS, believed=SECONDS)
    breaker.went_well()
    breaker.failed()
    assert breaker.allows()
    time.sleep(SECONDS)
    breaker.failed()
    assert not breaker.allows()
