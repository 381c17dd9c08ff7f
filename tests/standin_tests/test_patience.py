"""Repeats by the stand-in's clock, and deliveries across a restart."""

from pathlib import Path

import pytest

from tests.standin import Clock, StandIn
from tests.standin.__main__ import wait_seconds
from tests.standin_tests.client import Client, esign, signer
from tests.standin_tests.test_callbacks import eventually


def test_an_advanced_clock_makes_repeats_due() -> None:
    answers, got = [500, 500, 200], list[bytes]()

    def receive(body: bytes) -> int:
        got.append(body)
        return answers.pop(0)

    standin = StandIn(callback=receive, callback_threaded=True, callback_waits=(3600, 3600), control=True)
    with Client(standin) as setu:
        standin.sign(setu.made()["id"], "sgn-1")
        for count in (1, 2):
            eventually(lambda count=count: len(standin.deliveries[0].attempts) == count)  # type: ignore[misc]
            eventually(lambda: standin.deliveries[0].due is not None)
            shown = setu.get("/__control__/deliveries").json()[0]
            assert shown["state"] == "sending"
            assert 3500 < shown["due"] - standin.clock.now().timestamp() <= 3600
            setu.post("/__control__/clock", json={"advance": 3601})
        eventually(lambda: standin.deliveries[0].state == "delivered")
    assert len(got) == 3
    standin.close()


def test_a_notification_held_for_a_time_goes_by_itself() -> None:
    got: list[bytes] = []
    standin = StandIn(callback=lambda body: got.append(body) or 200, callback_threaded=True, control=True)  # type: ignore[func-returns-value]
    with Client(standin) as setu:
        standin.fault("callback_delayed", seconds=600)
        standin.sign(setu.made()["id"], "sgn-1")
        assert standin.deliveries[0].state == "held"
        setu.post("/__control__/clock", json={"advance": 601})
        eventually(lambda: standin.deliveries[0].state == "delivered")
    assert len(got) == 1
    standin.close()


def test_a_held_notification_released_by_hand_is_sent_once(clock: Clock) -> None:
    got: list[bytes] = []
    standin = StandIn(callback=lambda body: got.append(body) or 200, callback_threaded=True, clock=clock)  # type: ignore[func-returns-value]
    with Client(standin) as setu:
        standin.fault("callback_delayed", seconds=60)
        standin.sign(setu.made()["id"], "sgn-1")
        assert standin.release() == 1
        eventually(lambda: standin.deliveries[0].state == "delivered")
        clock.advance(120)
        standin.sign(setu.made()["id"], "sgn-1")
        eventually(lambda: len(got) == 2)
    assert esign(got[0])["id"] != esign(got[1])["id"]
    standin.close()


def test_a_restart_goes_on_with_what_was_not_delivered(tmp_path: Path) -> None:
    got: list[bytes] = []

    def begun(answer: int) -> StandIn:
        def receive(body: bytes) -> int:
            got.append(body)
            return answer

        waits = (0.3, 0.3)
        return StandIn(callback=receive, callback_threaded=True, callback_waits=waits, state_dir=tmp_path)

    first = begun(500)
    with Client(first) as setu:
        made = setu.made(signer("a"), signer("b"), signer("c"))
        first.fault("callback_delayed")
        first.sign(made["id"], "a")
        first.sign(made["id"], "b")
        eventually(lambda: first.deliveries[1].attempts == [500])
    first.close()
    second = begun(200)
    eventually(lambda: second.deliveries[1].state == "delivered")
    held, delivered = second.deliveries
    assert (held.state, held.attempts) == ("held", [])
    assert delivered.attempts == [500, 200]
    assert got[0] == got[1]
    assert second.release() == 1
    eventually(lambda: held.state == "delivered")
    second.sign(made["id"], "c")
    assert [each.index for each in second.deliveries] == [0, 1, 2]
    second.close()


def test_ids_do_not_come_again_after_a_restart(tmp_path: Path) -> None:
    ids = []
    for _ in range(2):
        standin = StandIn(seed=7, state_dir=tmp_path)
        with Client(standin) as setu:
            ids.append(setu.made()["id"])
        standin.close()
    assert ids[0] != ids[1]


@pytest.mark.parametrize(("text", "waits"), [("1,2.5, 4", (1, 2.5, 4)), ("", ()), ("0", (0,))])
def test_waits_are_given_in_seconds(text: str, waits: tuple[float, ...]) -> None:
    assert wait_seconds(text) == waits


@pytest.mark.parametrize("text", ["x", "1,-1", "nan", "inf", "1," * 101])
def test_waits_that_are_wrong_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"second|waits"):
        wait_seconds(text)
