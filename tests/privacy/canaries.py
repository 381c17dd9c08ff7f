"""Marks that are planted wherever something secret or personal passes through, and the search for them."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

AADHAAR = "2341 2341 2346"
PERSON = {
    "user name": "zarinaquill",
    "full name": "Zarina Quillfeather",
    "birth": "1987-11-23",
    "phone": "+91 98765 01234",
    "e-mail": "z.quill@mail.example",
    "name on Aadhaar": "ZARINA B QUILLFEATHER",
    "Aadhaar number": AADHAAR,
    "Aadhaar digits": AADHAAR.replace(" ", ""),
    "last four digits": "XXXX-7346",
    "postal code": "560-071",
    "title": "Canary tenancy of Quillfeather",
    "reason": "because of canary rent",
}
SECRET = {
    "password": "canary-Pass-phrase-81",
    "wrong password": "canary-wrong-phrase-82",
    "client secret": "canary-client-secret-83",
    "callback token": "canary-callback-token-84",
    "wrong callback token": "canary-stale-token-85",
    "metrics token": "canary-metrics-token-86",
    "cookie": "canary-cookie-87",
    "query": "canary-query-88",
    "local": "canary-local-89",
}


@dataclass
class Canaries:
    """What must not be found, by what it is. Grows while a story goes on: tokens, ids and links come as they come."""

    marks: dict[str, str] = field(default_factory=lambda: {**PERSON, **SECRET})
    allowed: set[str] = field(default_factory=set)

    def add(self, what: str, value: str) -> None:
        assert len(value) >= 8, f"{what} is too short to be told from other text"
        self.marks[f"{what} {len(self.marks)}"] = value

    def found(self, text: str, *, besides: Iterable[str] = ()) -> set[str]:
        """The marks that stand in the text, in whichever spelling. besides: values that may."""
        folded = text.casefold()
        return {
            what
            for what, value in self.marks.items()
            if value not in besides and any(spelling in folded for spelling in spellings(value))
        }


def spellings(value: str) -> Iterator[str]:
    """As it is, in addresses, in JSON, as Python shows it, as base64; without regard to case."""
    escaped = json.dumps(value)[1:-1]
    encoded = base64.b64encode(value.encode()).decode().rstrip("=")[:-1]
    for each in {value, quote(value), quote(value, safe=""), value.replace(" ", "+"), escaped, encoded}:
        yield each.casefold()
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
        yield value.replace("-", "")
