from collections import Counter

import pytest

from signing.setu.errcodes import MEANINGS, Group, meaning


def test_the_table_holds_the_24_documented_codes():
    assert len(MEANINGS) == 24
    assert Counter(known.group for known in MEANINGS.values()) == {
        Group.RETRY_NOW: 8,
        Group.RETRY_LATER: 4,
        Group.HUMAN: 7,
        Group.UPSTREAM: 3,
        Group.LINK_OVER: 2,
    }


@pytest.mark.parametrize("known", MEANINGS.values(), ids=MEANINGS.keys())
def test_each_sentence_is_plain_and_does_not_show_the_code(known):
    assert known.sentence[0].isupper()
    assert known.sentence.endswith(".")
    assert "_" not in known.sentence


def test_stated_waits_are_kept_and_unstated_ones_not_made_up():
    waits = {known.code: known.retry_after_seconds for known in MEANINGS.values()}
    assert waits.pop("wait_otp_generation_1min") == 60
    assert waits.pop("wait_otp_generation_30min") == 1800
    assert set(waits.values()) == {None}


@pytest.mark.parametrize("code", ["aadhaar_on_holiday", "", "OTP_EXPIRED"])
def test_an_unknown_code_keeps_its_text_and_needs_a_human(code):
    found = meaning(code)
    assert (found.code, found.group) == (code, Group.HUMAN)
    assert found.retry_after_seconds is None


def test_setus_own_spelling_is_the_key():
    assert meaning("invaild_otp").group is Group.RETRY_NOW
    assert meaning("tnx_value_mismatch").group is Group.RETRY_NOW
