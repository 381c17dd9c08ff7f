"""R9 and R10: whatever becomes of a request's looks on the way, one last look sets the row right.

Setu is played by a model of its documented life of a request; looks of it are kept back, mixed, doubled and lost.
"""

import random
from dataclasses import dataclass, field
from functools import reduce
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from signing.merge import Seen, SignerSeen, merge
from tests.proof import often

pytestmark = pytest.mark.proof
CODES = ["otp_expired", "signer_declined", "name_match_error", "session_expired", "a_code_of_tomorrow"]


@dataclass
class Setu:
    """A request at Setu: signers one at a time, failures without an end, optional signers, and words of tomorrow."""

    signers: int
    optional: frozenset[int]
    signed: set[int] = field(default_factory=set)
    codes: dict[int, str] = field(default_factory=dict)
    open: int | None = None
    odd_word: str | None = None
    gone: bool = False

    @property
    def complete(self) -> bool:
        return all(no in self.signed for no in range(self.signers) if no not in self.optional)

    def status(self) -> str:
        if self.complete:
            return "sign_complete"
        if self.odd_word:
            return self.odd_word
        if self.open is not None:
            return "sign_in_progress"
        return "sign_pending" if self.signed else "sign_initiated"

    def signer(self, no: int) -> tuple[str, str]:
        if no in self.signed:
            return "signed", ""
        if no == self.open:
            return "in_progress", ""
        return "pending", self.codes.get(no, "")

    def look(self, number: int) -> Seen:
        shown = {f"s{no}": SignerSeen(number, *self.signer(no)) for no in range(self.signers)}
        return Seen(look=number, status=self.status(), signers=shown)


def words(seen: Seen) -> tuple[object, ...]:
    return seen.status, {key: (signer.status, signer.err_code) for key, signer in seen.signers.items()}


def history() -> list[Seen]:
    """Seven looks: two signers, a failed attempt, a decline that is thought better of, completion."""
    setu = Setu(2, frozenset())
    looks = [setu.look(1)]
    steps: list[dict[str, Any]] = [
        {"open": 0},
        {"open": None, "codes": {0: "otp_expired"}},
        {"signed": {0}, "codes": {}},
        {"codes": {1: "signer_declined"}},
        {"open": 1, "codes": {}},
        {"open": None, "signed": {0, 1}},
    ]
    for number, step in enumerate(steps, start=2):
        for name, value in step.items():
            setattr(setu, name, value)
        looks.append(setu.look(number))
    return looks


def test_r9_all_5040_orders_of_a_seven_look_history_end_alike():
    looks = history()
    assert [each.status for each in looks] == [
        "sign_initiated",
        "sign_in_progress",
        "sign_initiated",
        "sign_pending",
        "sign_pending",
        "sign_in_progress",
        "sign_complete",
    ]
    ends = {repr(reduce(merge, order)) for order in permutations(looks)}
    assert ends == {repr(reduce(merge, looks))}
    assert words(reduce(merge, looks)) == words(looks[-1])


def test_r9_the_last_arrival_or_the_highest_number_alone_would_be_wrong():
    """What the merge is for: other rules lose a signature in most orders of the same history."""
    looks = history()[:6]
    wrong = sum(words(order[-1]) != words(looks[-1]) for order in permutations(looks))
    assert wrong > 500


class LooksOnTheirWay(RuleBasedStateMachine):
    """R9: 1 to 6 signers, some optional; each look may arrive late, twice, out of order or never."""

    @initialize(signers=st.integers(1, 6), data=st.data())
    def begin(self, signers: int, data: st.DataObject) -> None:
        optional = data.draw(st.sets(st.integers(0, signers - 1), max_size=signers - 1))
        self.setu = Setu(signers, frozenset(optional))
        self.number = 1
        self.row = self.setu.look(0)
        self.on_the_way: list[Seen] = []
        self.seen_signed: set[str] = set()
        self.seen_complete = False

    @precondition(lambda self: self.setu.open is None and not self.setu.gone and not self.setu.complete)
    @rule(no=st.integers(0, 5))
    def opens(self, no: int) -> None:
        if no < self.setu.signers and no not in self.setu.signed:
            self.setu.open = no

    @precondition(lambda self: self.setu.open is not None)
    @rule()
    def signs(self) -> None:
        assert self.setu.open is not None
        self.setu.signed.add(self.setu.open)
        self.setu.codes.pop(self.setu.open, None)
        self.setu.open = None

    @precondition(lambda self: self.setu.open is not None)
    @rule(code=st.sampled_from(CODES))
    def fails(self, code: str) -> None:
        assert self.setu.open is not None
        self.setu.codes[self.setu.open] = code
        self.setu.open = None

    @rule(word=st.sampled_from([None, "sign_suspended", "sign_reviewed"]))
    def speaks_oddly(self, word: str | None) -> None:
        self.setu.odd_word = word

    @precondition(lambda self: not self.setu.gone and self.number > 8)
    @rule()
    def deleted(self) -> None:
        """A 404 is no look: nothing more is seen, and what was seen stays. Late, so that there is something."""
        self.setu.gone = True

    @precondition(lambda self: not self.setu.gone)
    @rule()
    def looked_at(self) -> None:
        self.on_the_way.append(self.setu.look(self.number))
        self.number += 1

    @precondition(lambda self: self.on_the_way)
    @rule(place=st.integers(0, 1000), stays=st.booleans())
    def arrives(self, place: int, stays: bool) -> None:
        index = place % len(self.on_the_way)
        seen = self.on_the_way[index] if stays else self.on_the_way.pop(index)
        self._merge(seen)

    @precondition(lambda self: self.on_the_way)
    @rule(place=st.integers(0, 1000))
    def is_lost(self, place: int) -> None:
        self.on_the_way.pop(place % len(self.on_the_way))

    @invariant()
    def nothing_confirmed_goes_back(self) -> None:
        if hasattr(self, "row"):
            assert not self.seen_complete or self.row.status == "sign_complete"
            assert all(self.row.signers[key].status == "signed" for key in self.seen_signed)

    def teardown(self) -> None:
        if not hasattr(self, "row"):
            return
        orders = [
            self.on_the_way,
            list(reversed(self.on_the_way)),
            random.sample(self.on_the_way, len(self.on_the_way)),
        ]
        ends = [reduce(merge, order, self.row) for order in orders]
        assert ends[0] == ends[1] == ends[2]
        if not self.setu.gone:  # else there is no last look: what was seen stays
            last = self.setu.look(self.number)
            assert words(merge(ends[0], last)) == words(last)

    def _merge(self, seen: Seen) -> None:
        self.seen_complete = self.seen_complete or seen.status == "sign_complete"
        self.seen_signed |= {key for key, signer in seen.signers.items() if signer.status == "signed"}
        self.row = merge(self.row, seen)


TestR9LooksOnTheirWay = LooksOnTheirWay.TestCase
TestR9LooksOnTheirWay.settings = often(20_000, steps=30)

signers_seen = st.builds(
    SignerSeen,
    look=st.integers(0, 6),
    status=st.sampled_from(["pending", "in_progress", "signed", "hesitating"]),
    err_code=st.sampled_from(["", *CODES]),
)
looks = st.builds(
    Seen,
    look=st.integers(0, 6),
    status=st.sampled_from(
        ["", "sign_initiated", "sign_pending", "sign_in_progress", "sign_complete", "odd"]
    ),
    signers=st.dictionaries(st.sampled_from("abcdef"), signers_seen, max_size=6),
)


@often(50_000)
@given(looks, looks)
def test_r10_merging_is_commutative_and_idempotent(one, other):
    both = merge(one, other)
    assert both == merge(other, one)
    assert merge(both, one) == both
    assert merge(one, one) == one


@often(50_000)
@given(looks, looks, looks)
def test_r10_grouping_does_not_matter(one, two, three):
    assert merge(merge(one, two), three) == merge(one, merge(two, three))
