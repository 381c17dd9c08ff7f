"""Twelve digits with the right check digit are refused, however they are written; other numbers are not."""

import pytest

from core.aadhaar import AadhaarNotWanted, aadhaar_refuse, holds_aadhaar

NUMBER = "234123412346"  # a published sample; nobody's


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        "2341 2341 2346",
        "2341-2341-2346",
        "2341_2341_2346",
        "2341 - 2341 - 2346",
        "2 3 4 1 2 3 4 1 2 3 4 6",
        "23 41 23 41 23 46",
        "23412341 2346",
        "2341\u20132341\u22122346",  # an en dash, a minus sign
        "2341\u00a02341\u20092346",  # a no-break space, a thin one
        "2341\t2341\n2346",
        "2341\u200b2341\u200d2346",  # between them, what shows nothing
        "२३४१ २३४१ २३४६",  # Devanagari
        "২৩৪১২৩৪১২৩৪৬",  # Bengali
        "".join(chr(0xFF10 + int(digit)) for digit in NUMBER),  # full width
        "Asha Rao (2341 2341 2346)",
        "a" + NUMBER + "b",
        "Rent 7 2341 2341 2346",
        "12 345 2341 2341 2346 and more",
        "no. 1, 2341 2341 2346, 3",
    ],
)
def test_an_aadhaar_number_is_found(text):
    assert holds_aadhaar(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rent agreement for 2027",
        "234123412347",  # the check digit is another
        "134123412346",  # none begins with 0 or 1
        "034123412346",
        "23412341234",
        "2341234123460",
        "12341234123467",
        "4111 1111 1111 1111",  # a card
        "+91 98450 12345",
        "2341/2341/2346",
        "2341, 2341, 2346",
        "Lease 01-04-2026 - 31-03-2027",
        "2026-01-01 2026-12-31 2027-01-01 2027-12-31",
        "2341 2341\u00a0\u00a0\u00a0\u00a02346",
        "٢٣",
        "²³⁴",
    ],
)
def test_another_number_is_not(text):
    assert not holds_aadhaar(text)


def test_every_single_wrong_digit_and_every_swap_of_neighbours_is_seen():
    """What the check digit is for: Verhoeff's finds all of both."""
    for place in range(12):
        for digit in "0123456789":
            changed = NUMBER[:place] + digit + NUMBER[place + 1 :]
            assert holds_aadhaar(changed) == (changed == NUMBER)
    for place in range(11):
        swapped = NUMBER[:place] + NUMBER[place + 1] + NUMBER[place] + NUMBER[place + 2 :]
        assert holds_aadhaar(swapped) == (swapped == NUMBER)


def test_a_long_text_is_read_in_no_time():
    assert not holds_aadhaar("2 " * 100)
    assert not holds_aadhaar("23412341-" * 25)


def test_the_refusal_says_what_to_do_and_not_the_number():
    with pytest.raises(AadhaarNotWanted, match="The full name holds what looks like an Aadhaar number") as no:
        aadhaar_refuse(user_name="asha", full_name=f"Asha {NUMBER}")
    assert (no.value.status, no.value.code) == (422, "aadhaar_number_not_wanted")
    assert NUMBER not in no.value.detail
