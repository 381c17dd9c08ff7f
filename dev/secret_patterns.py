"""What a secret looks like: forms that issuers use, and values of names that sound secret and look random."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

ENTROPY_MIN = 3.2  # bits a character; words and placeholders have less over 16 characters
LENGTH_MIN = 16
LINE_MAX = 20_000  # a longer line is data

ISSUED = {
    "a private key": r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----",
    "an AWS key": r"\b(?:AKIA|ASIA|AROA)[A-Z0-9]{16}\b",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b",
    "a GitLab token": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "a Slack token": r"\bxox[abeprs]-[A-Za-z0-9-]{10,}",
    "a Slack hook": r"hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]+",
    "a Stripe key": r"\b[rs]k_live_[A-Za-z0-9]{20,}",
    "a Google key": r"\bAIza[A-Za-z0-9_-]{35}\b",
    "a SendGrid key": r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    "a registry token": r"\b(?:pypi-AgEI[A-Za-z0-9_-]{40,}|npm_[A-Za-z0-9]{36})\b",
    "a Sentry DSN": r"https://[0-9a-f]{32}(?::[0-9a-f]{32})?@[a-z0-9.-]+/[0-9]+",
    "a signed token": r"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{20,}",
}
NAMES = r"(?:secret|token|passw(?:or)?d|pwd|(?:api|access|private)_?key|credential|client_?id|instance_?id|dsn|auth)"
# `SECRET_KEY = "…"`, `"client_secret": "…"`, `token=…`, `X_FILE_TOKENS: …`
ASSIGNED = re.compile(
    rf"(?i)\b[\w.-]*{NAMES}[\w.-]*[\"']?\s*(?:=>|:=|[:=])\s*[bru]?[\"']?(?P<value>[A-Za-z0-9+/=_.$!@#%^&*~-]{{{LENGTH_MIN},}})"
)
IN_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@\"'{}<>]*:(?P<value>[^\s/@\"'{}<>$]{8,})@", flags=re.I)
FORMS = {kind: re.compile(form) for kind, form in ISSUED.items()}


def secrets_in(line: str) -> Iterator[tuple[str, str]]:
    """(kind, value) of whatever in a line looks like a secret."""
    if len(line) > LINE_MAX:
        return
    for kind, form in FORMS.items():
        for found in form.finditer(line):
            yield kind, found[0]
    for found in ASSIGNED.finditer(line):
        if looks_random(value := found["value"].rstrip(".,")):
            yield "a value of a name that sounds secret", value
    for found in IN_ADDRESS.finditer(line):
        if entropy(found["value"]) > 2.5:
            yield "a password in an address", found["value"]


def looks_random(value: str) -> bool:
    """Long, varied, and neither a dotted or called name of code nor words with hyphens or underscores between."""
    if len(value) < LENGTH_MIN or entropy(value) < ENTROPY_MIN:
        return False
    digits = sum(letter.isdigit() for letter in value)
    letters = sum(letter.isalpha() for letter in value)
    mixed = value != value.lower() and value != value.upper()
    if re.fullmatch(r"[A-Za-z_]+(?:[._/-][A-Za-z_]+)*", value) and not _shuffled(value):
        return False
    return (digits >= 2 and letters >= 2) or (mixed and _shuffled(value))


def _shuffled(value: str) -> bool:
    """Upper and lower case by turns oftener than names in code have them."""
    turns = sum(one.isupper() != two.isupper() for one, two in pairwise(value))
    return turns > len(value) / 3


def entropy(value: str) -> float:
    """Shannon's, in bits a character."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
