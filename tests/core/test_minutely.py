import pytest
from django.db import OperationalError

from core import minutely


@pytest.fixture
def parts(monkeypatch) -> list[str]:
    """No part but those of the test; what they did."""
    monkeypatch.setattr(minutely, "PARTS", [])
    return []


def test_each_part_has_its_turn_and_one_that_stumbles_keeps_nobody_from_it(parts, caplog):
    @minutely.each_minute
    def first() -> None:
        parts.append("first")
        raise ZeroDivisionError

    @minutely.each_minute
    def second() -> None:
        parts.append("second")

    minutely.minute_over()
    assert parts == ["first", "second"]
    assert [record.message for record in caplog.records] == ["minute.stumbled"]


def test_a_database_that_is_down_ends_the_minutes_work(parts):
    @minutely.each_minute
    def first() -> None:
        raise OperationalError

    with pytest.raises(OperationalError):
        minutely.minute_over()


def test_the_applications_own_parts_are_there():
    names = {getattr(part, "__name__", "") for part in minutely.PARTS}
    assert names == {"idle_rung", "purge_owed", "unknown_ids_taken_up"}
