from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.merge import Seen, SignerSeen, merge

WORDS = ["sign_initiated", "sign_pending", "sign_in_progress", "sign_complete", "sign_suspended"]
SIGNER_WORDS = ["pending", "in_progress", "signed", "hesitating"]
signers_seen = st.builds(
    SignerSeen,
    look=st.integers(0, 4),
    status=st.sampled_from(SIGNER_WORDS),
    err_code=st.sampled_from(["", "otp_expired"]),
)
seen = st.builds(
    Seen,
    look=st.integers(0, 4),
    status=st.sampled_from(WORDS),
    signers=st.dictionaries(st.sampled_from(["a", "b", "c"]), signers_seen, max_size=3),
)
modestly = settings(max_examples=200, deadline=None)


def look(number: int, status: str, **signers: str) -> Seen:
    """One look: each signer as `status` or `status:err_code`."""
    return Seen(
        look=number,
        status=status,
        signers={
            key: SignerSeen(number, *(value.split(":") if ":" in value else (value, "")))
            for key, value in signers.items()
        },
    )


HISTORY = (
    look(1, "sign_initiated", a="pending", b="pending"),
    look(2, "sign_in_progress", a="in_progress", b="pending"),
    look(3, "sign_pending", a="signed", b="pending"),
    look(4, "sign_in_progress", a="signed", b="in_progress"),
    look(5, "sign_pending", a="signed", b="pending:otp_expired"),
)


@modestly
@given(seen, seen)
def test_the_order_of_two_looks_does_not_matter(one, other):
    assert merge(one, other) == merge(other, one)


@modestly
@given(seen, seen, seen)
def test_the_grouping_of_three_looks_does_not_matter(one, two, three):
    assert merge(merge(one, two), three) == merge(one, merge(two, three))


@modestly
@given(seen, seen)
def test_a_look_that_comes_twice_changes_nothing(one, other):
    assert merge(one, one) == one
    assert merge(merge(one, other), other) == merge(one, other)


@modestly
@given(seen, st.lists(seen, max_size=4))
def test_r11_what_was_signed_stays_signed_and_complete_stays_complete(first, later):
    end = reduce(merge, later, first)
    assert first.status != "sign_complete" or end.status == "sign_complete"
    for key, signer in first.signers.items():
        assert signer.status != "signed" or end.signers[key].status == "signed"


@modestly
@given(st.lists(seen, min_size=1, max_size=5))
def test_no_signer_is_lost_and_none_is_invented(looks):
    assert set(reduce(merge, looks).signers) == {key for each in looks for key in each.signers}


def test_every_order_of_five_looks_ends_alike():
    ends = {str(reduce(merge, order).status): reduce(merge, order) for order in permutations(HISTORY)}
    assert list(ends) == ["sign_pending"]
    for order in permutations(HISTORY):
        end = reduce(merge, order)
        assert (end.look, end.status, end.signers["a"].status) == (5, "sign_pending", "signed")
        assert end.signers["b"] == SignerSeen(5, "pending", "otp_expired")


@pytest.mark.parametrize("lost", range(5))
def test_lost_and_doubled_looks_do_not_matter_once_the_last_one_is_seen(lost):
    rest = [each for place, each in enumerate(HISTORY) if place != lost]
    end = reduce(merge, [*rest, *rest, HISTORY[-1]])
    assert {key: s.status for key, s in end.signers.items()} == {"a": "signed", "b": "pending"}
    assert end.status == "sign_pending"


def test_volatile_words_follow_the_newest_look_also_backwards():
    newest = merge(look(7, "sign_initiated", a="pending"), look(6, "sign_in_progress", a="in_progress"))
    assert newest.status == "sign_initiated"
    assert newest.signers["a"].status == "pending"


def test_an_error_code_is_taken_and_cleared_by_the_newest_look():
    failed = merge(look(1, "sign_initiated", a="pending"), look(2, "sign_initiated", a="pending:otp_expired"))
    assert failed.signers["a"].err_code == "otp_expired"
    again = merge(failed, look(3, "sign_in_progress", a="in_progress"))
    assert again.signers["a"].err_code == ""


def test_a_later_look_that_says_less_than_signed_is_not_believed():
    end = merge(look(1, "sign_complete", a="signed"), look(9, "sign_initiated", a="pending:otp_expired"))
    assert end == look(1, "sign_complete", a="signed")


def test_an_older_look_may_still_bring_the_signature():
    end = merge(look(9, "sign_in_progress", a="pending"), look(1, "sign_pending", a="signed"))
    assert (end.status, end.signers["a"].status) == ("sign_in_progress", "signed")


def test_a_signer_whom_one_look_lacks_is_kept():
    end = merge(look(1, "sign_pending", a="signed", b="pending"), look(2, "sign_pending", b="in_progress"))
    assert {key: s.status for key, s in end.signers.items()} == {"a": "signed", "b": "in_progress"}
