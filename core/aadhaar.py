"""Aadhaar numbers are not wanted here (Aadhaar Act, s. 29): who signs gives theirs to the ESP, never to us.

Every free text that a person gives us and we keep passes `aadhaar_refuse`. Phone fields, if there ever are any, must
not: one number in ten would match by chance.
"""

import re
import unicodedata

from stdnum.in_ import aadhaar

from core.errors import Invalid

LENGTH = 12  # digits
GROUP_MIN = 4  # digits: so nobody takes the days and years of a longer row of dates for a number
DIGITS = re.compile(r"[0-9]+")
GAP = re.compile(r"[ -]{1,3}")


class AadhaarNotWanted(Invalid):
    code = "aadhaar_number_not_wanted"
    title = "An Aadhaar number is not wanted here"


def aadhaar_refuse(**texts: str) -> None:
    """Raise AadhaarNotWanted if one of the texts holds an Aadhaar number. The names are what a person is told."""
    for name, text in texts.items():
        if holds_aadhaar(text):
            raise AadhaarNotWanted(
                f"The {name.replace('_', ' ')} holds what looks like an Aadhaar number. SignFlow must not keep those: "
                "take it out. Nobody needs it here; who signs enters it at the signing service."
            )


def holds_aadhaar(text: str) -> bool:
    """Whether twelve digits in the text are a number that could have been issued (first digit, check digit).

    Any script's digits, alone or with spaces and hyphens between. Longer rows of digits are something else.
    """
    plain = _plain(text)
    found, row = list(DIGITS.finditer(plain)), list[str]()
    for place, digits in enumerate(found):
        apart = place and not GAP.fullmatch(plain, found[place - 1].end(), digits.start())
        if apart and _row_holds(row):
            return True
        row = [digits[0]] if apart else [*row, digits[0]]
    return _row_holds(row)


def _row_holds(groups: list[str]) -> bool:
    """A row is digits with no more than gaps between. All of it counts, and each part of larger groups."""
    if aadhaar.is_valid("".join(groups)):
        return True
    for first in range(len(groups)):
        number = ""
        for group in groups[first:]:
            number += group
            if len(group) < GROUP_MIN or len(number) > LENGTH:
                break
            if aadhaar.is_valid(number):
                return True
    return False


def _plain(text: str) -> str:
    """Digits as 0 to 9, spaces and hyphens of all kinds as one; what shows nothing is left out."""
    kept = []
    for character in unicodedata.normalize("NFKC", text):
        digit, kind = unicodedata.decimal(character, None), unicodedata.category(character)
        if digit is not None:
            kept.append(str(digit))
        elif kind == "Zs" or character.isspace():
            kept.append(" ")
        elif kind == "Pd" or character in "_\u2212":
            kept.append("-")
        elif kind not in ("Cf", "Mn"):
            kept.append(character)
    return "".join(kept)
