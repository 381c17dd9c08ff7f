"""A goal that is missed is said, and makes the run fail."""

import dataclasses

import pytest

from bench.callbacks import Visible
from bench.load import Run
from bench.reads import Pair
from bench.report import Figures, Read, say


def run(per_second: float, ms: float = 10.0) -> Run:
    return Run(seconds=100 / per_second, ms=[ms] * 100, sizes=100)


def read(
    name: str, *, share: float = 0.5, times: float = 2.0, statements: int = 3, setu_calls: int = 0
) -> Read:
    together = Pair(run(1000 * share), run(1000))
    return Read(name, together, Pair(run(10, ms=10 * times), run(10, ms=10)), statements, setu_calls)


SMALL, WHOLE = "dashboard/, 20 requests", "status/, 2,000 requests"
GOOD = Figures([read(SMALL), read(WHOLE)], run(450), run(200), [Visible(500, 100, [0.15] * 20)])


def test_goals_that_are_reached_end_in_success(capsys):
    assert say(GOOD) == 0
    assert "MISSED" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [
        {"reads": [read(SMALL, share=0.3), read(WHOLE)]},
        {"reads": [read(SMALL), read(WHOLE, times=3.1)]},
        {"reads": [read(SMALL, statements=6), read(WHOLE)]},
        {"reads": [read(SMALL, setu_calls=1), read(WHOLE)]},
        {"intake": run(399)},
        {"intake": run(450, ms=101)},
        {"intake_beside": run(149)},
        {"visible": [Visible(0, 0, [0.11] * 20)]},
        {"visible": [Visible(0, 100, [0.1] * 18 + [0.4] * 2)]},
    ],
)
def test_each_goal_that_is_missed_is_named_and_fails_the_run(change, capsys):
    assert say(dataclasses.replace(GOOD, **change)) == 1
    assert capsys.readouterr().out.count("MISSED") == 1
