"""Few inspections at once, few waiting, and no organization before the others."""

import threading
from contextlib import ExitStack

import pytest

from signing.pdf.turns import Busy, Turns


def taken(turns: Turns, *owners: str) -> ExitStack:
    stack = ExitStack()
    for owner in owners:
        stack.enter_context(turns.one(owner))
    return stack


def test_as_many_as_allowed_run_at_once_and_the_next_is_told_after_its_wait():
    turns = Turns(at_once=2, waiting=1, wait_seconds=0.05)
    with taken(turns, "a", "b"), pytest.raises(Busy), turns.one("c"):
        pass
    with taken(turns, "a", "b"):
        pass


def test_who_waits_gets_the_turn_that_becomes_free():
    turns = Turns(at_once=1, waiting=1, wait_seconds=10)
    got = threading.Event()

    def wait() -> None:
        with turns.one("b"):
            got.set()

    with taken(turns, "a"):
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not got.wait(0.05)
    waiting.join(timeout=5)
    assert got.is_set()


def test_where_too_many_wait_the_next_is_told_at_once():
    turns = Turns(at_once=1, waiting=1, wait_seconds=30)
    with taken(turns, "a"):
        waiting = threading.Thread(target=lambda: taken(turns, "b").close())
        waiting.start()
        while len(turns._inside) < 2:
            pass
        with pytest.raises(Busy), turns.one("c"):
            pass
    waiting.join(timeout=5)


def test_one_owner_leaves_room_for_the_others():
    turns = Turns(at_once=2, waiting=1, wait_seconds=0.05)
    with taken(turns, "a"):
        with pytest.raises(Busy), turns.one("a"):  # one of an owner at a time
            pass
        with turns.one("b"):
            pass


def test_a_turn_that_ends_badly_is_given_back():
    turns = Turns(at_once=1, waiting=0)
    with pytest.raises(ValueError, match="x"), turns.one("a"):
        raise ValueError("x")
    with turns.one("a"):
        pass
    assert (turns._running, turns._inside) == ([], [])
