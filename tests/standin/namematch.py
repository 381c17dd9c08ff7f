"""How well two names agree, in the shape of Setu's nameMatchDetails. The arithmetic is ours: Setu publishes none."""

import unicodedata
from difflib import SequenceMatcher
from typing import Any

TYPES = ((100.0, "COMPLETE_MATCH"), (80.0, "HIGH_PARTIAL_MATCH"), (60.0, "MODERATE_PARTIAL_MATCH"))


def name_match(given: str, aadhaar: str) -> dict[str, Any]:
    """The optimistic reading forgives order and missing middle names, the pessimistic one does not."""
    words, official = _words(given), _words(aadhaar)
    shorter, longer = sorted((words, official), key=len)
    within = bool(shorter) and set(shorter) <= set(longer)
    optimistic = 100.0 if within else _likeness(sorted(words), sorted(official))
    return {
        "optimisticMatchOutput": _output(optimistic),
        "pessimisticMatchOutput": _output(_likeness(words, official)),
    }


def percentage(details: dict[str, Any]) -> float:
    """What a threshold is compared with: the optimistic reading."""
    found: float = details["optimisticMatchOutput"]["match_percentage"]
    return found


def _words(name: str) -> list[str]:
    return unicodedata.normalize("NFKC", name).casefold().replace(".", " ").split()


def _likeness(one: list[str], other: list[str]) -> float:
    return round(100 * SequenceMatcher(None, " ".join(one), " ".join(other)).ratio(), 1)


def _output(percent: float) -> dict[str, Any]:
    lowest = "LOW_PARTIAL_MATCH" if percent >= 30 else "NO_MATCH"
    kind = next((kind for least, kind in TYPES if percent >= least), lowest)
    return {"match_percentage": percent, "match_type": kind}
