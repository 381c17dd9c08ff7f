"""A whole life of requests with marks planted in all that comes in; what goes out is kept to be searched."""

import logging
from typing import Any

import httpx

from core.log import EventFormatter
from tests.privacy.canaries import AADHAAR, PERSON, SECRET, Canaries
from tests.standin import StandIn
from tests.standin.transport import Transport

DETAILS = {
    "aadhaarName": PERSON["name on Aadhaar"],
    "aadhaarSuffix": PERSON["last four digits"],
    "birthYear": PERSON["birth"],
    "gender": PERSON["e-mail"],
    "postalCode": PERSON["postal code"],
}
HARVESTED = ("id", "documentId", "url", "downloadUrl", "redirectUrl")
SENTENCE = f"{PERSON['full name']} ({PERSON['phone']}, {AADHAAR}) {SECRET['client secret']}"


class Logs(logging.Handler):
    """All that a process would write at the level DEBUG, in both forms."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._forms = {form: EventFormatter(form) for form in ("json", "text")}
        self.lines = dict.fromkeys(self._forms, "")

    def emit(self, record: logging.LogRecord) -> None:
        for form, formatter in self._forms.items():
            self.lines[form] += formatter.format(record) + "\n"

    def __enter__(self) -> "Logs":
        root = logging.getLogger()
        self._level = root.level
        root.setLevel(logging.DEBUG)
        root.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        root = logging.getLogger()
        root.removeHandler(self)
        root.setLevel(self._level)


class Answers:
    """What callers are answered: the refusals are searched, with what the caller has sent left out."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, int, str, str]] = []

    def keep(self, what: str, answer: Any, *, sent: str = "") -> Any:
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = body.decode("utf-8", "replace") + str(dict(answer.items()))
        self.kept.append((what, answer.status_code, sent, text))
        return answer

    def leaks(self, canaries: Canaries) -> dict[str, set[str]]:
        found = {}
        for what, status, sent, text in self.kept:
            if status < 400:
                continue
            own = {value for value in canaries.marks.values() if value in sent}
            if leaked := canaries.found(text, besides=own):
                found[f"{what} {status}"] = leaked
        return found


class Setu(httpx.BaseTransport):
    """The stand-in, which also tells what Setu's answers may hold, and of which every id and link is a mark."""

    def __init__(self, world: StandIn, canaries: Canaries) -> None:
        self._inner, self._canaries = Transport(world), canaries
        self.faults: list[Any] = []  # each is done in the place of one answer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            return httpx.Response(request=request, **fault)
        response = self._inner.handle_request(request)
        response.read()
        if "json" not in response.headers.get("content-type", ""):
            return response
        body = response.json()
        self._harvest(body)
        for signer in body.get("signers", ()):
            signer |= {
                "signatureDetails": DETAILS,
                "displayName": PERSON["full name"],
                "phone": PERSON["phone"],
            }
            if signer.get("status") == "pending":
                signer["errCode"] = PERSON["full name"]
        return httpx.Response(response.status_code, json=body, request=request)

    def _harvest(self, value: Any, key: str = "") -> None:
        if isinstance(value, dict):
            for name, each in value.items():
                self._harvest(each, name)
        elif isinstance(value, list):
            for each in value:
                self._harvest(each)
        elif isinstance(value, str) and key in HARVESTED and value not in self._canaries.marks.values():
            self._canaries.add(f"Setu's {key}", value)
