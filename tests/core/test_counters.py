import threading

import pytest
from django.db import connection

from core import counters
from core.models import Counter


@pytest.fixture(autouse=True)
def nothing_counted():
    counters._pending.clear()
    yield
    counters._pending.clear()


def values(name: str = "things") -> dict[str, int]:
    return {total.labels["kind"]: total.value for total in counters.totals(name)}


@pytest.mark.django_db
def test_what_was_counted_is_added_to_what_others_counted():
    for _ in range(3):
        counters.count("things", kind="a")
    counters.flush()
    counters.count("things", kind="a")
    counters.count("things", kind="b")
    counters.count("others", kind="a")
    counters.flush()
    assert values() == {"a": 4, "b": 1}
    assert values("others") == {"a": 1}


@pytest.mark.django_db
def test_the_order_in_which_labels_are_named_does_not_matter():
    counters.count("things", kind="a", outcome="ok")
    counters.count("things", outcome="ok", kind="a")
    counters.flush()
    assert values() == {"a": 2}


@pytest.mark.django_db
def test_counting_asks_the_database_nothing_and_a_hundred_counts_cost_one_update(django_assert_num_queries):
    counters.count("things", kind="a")
    counters.flush()
    with django_assert_num_queries(0):
        for _ in range(100):
            counters.count("things", kind="a")
    with django_assert_num_queries(3):  # savepoint, update, release
        counters.flush()
    assert values() == {"a": 101}


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_written_is_written_later(caplog):
    counters.count("things", kind="a")
    connection.close()
    name, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], "no/such/database"
    try:
        counters.flush()
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
    assert [record.message for record in caplog.records] == ["counters.not_written"]
    counters.count("things", kind="a")
    counters.flush()
    assert values() == {"a": 2}


@pytest.mark.django_db(transaction=True)
def test_processes_that_write_at_once_lose_nothing():
    """Each thread writes what it alone has counted, as a process does, the first row included."""

    def add() -> None:
        try:
            for _ in range(5):
                counters._add("things", '{"kind": "a"}', number=2, seconds_ago=0.0)
        finally:
            connection.close()

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values() == {"a": 40}


@pytest.mark.django_db(transaction=True)
def test_the_thread_beside_a_worker_writes_and_the_rest_is_written_at_the_end():
    beside = counters.Flushing(every=0.02)
    counters.count("things", kind="a")
    beside.after_worker_boot(None, None)  # type: ignore[arg-type]  # neither is looked at
    wait = threading.Event()
    while not Counter.objects.exists():
        assert not wait.wait(0.02)
    counters.count("things", kind="a")
    beside.after_worker_shutdown(None, None)  # type: ignore[arg-type]
    assert values() == {"a": 2}
