"""The control for people: pages over the control API, whose forms only this page's own visitors can send."""

import itertools
import secrets
from collections import OrderedDict
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from tests.standin import console_faults, console_html, console_parts, listings
from tests.standin.catalogue import KNOWN
from tests.standin.control import PREFIX, Control
from tests.standin.core import Core
from tests.standin.errors import ApiError, SessionRefused
from tests.standin.guard import token_fits
from tests.standin.pages import asset, html_response
from tests.standin.switches import Switches

PAGE = "page/"
DO = "page/do/"
PER_PAGE = 25
NOTES = 32
NUMBERS = {"index": int, "id": int, "advance": float}
DONE = {
    "sign": "Signed.",
    "decline": "Declined.",
    "fail": "Failed, as asked for.",
    "open": "Opened: the session runs, and nobody else can sign.",
    "delete": "Deleted, as if somebody had withdrawn it at Setu.",
    "faults": "Queued.",
    "faults/remove": "Removed.",
    "faults/clear": "No fault is queued any more.",
    "release": "Released.",
    "redeliver": "Sent once more.",
    "forge": "The forged notification was sent.",
    "clock": "The clock was moved.",
    "switches": "Switched.",
    "reset": "Everything is forgotten.",
    "optional": "Changed.",
}


class Console:
    """Answers the control's pages, forms and style; everything else is the control API's."""

    def __init__(self, core: Core, control: Control) -> None:
        self.core, self.control = core, control
        self._token = secrets.token_urlsafe(24)
        self._notes: OrderedDict[str, tuple[bool, str]] = OrderedDict()
        self._numbers = itertools.count(1)

    def respond(self, http: HttpRequest) -> Response | None:
        """None if the path is none of ours."""
        name = f"{http.path}/".removeprefix(PREFIX).strip("/")
        if http.method == "POST" and name.startswith(DO) and name.removeprefix(DO) in DONE:
            return self._done(http, name.removeprefix(DO))
        pages = {
            "": self._requests,
            PAGE + "deliveries": self._deliveries,
            PAGE + "faults": self._faults,
            PAGE + "settings": self._settings,
        }
        if http.method not in ("GET", "HEAD"):
            return None
        if name not in pages:
            return asset(name)
        note = self._notes.get(http.args.get("note", ""))
        body = pages[name](http.args)
        page = console_html.page(
            name, body, note=note, now=self.core.clock.now(), public=self.core.settings.public_url
        )
        return html_response(page, forms="'self'", referrer="same-origin")

    def _requests(self, query: MultiDict[str, str]) -> Markup:
        start = _start(query)
        found, total = listings.newest_requests(self.core, query, start=start, count=PER_PAGE)
        with self.core.lock:
            facts = [listings.request_facts(self.core, request) for request in found]
            names = [request.document_name for request in found]
            asked = [self.core.asked_by(request) for request in found]
        rows = list(zip(facts, names, asked, strict=True))
        pager = console_parts.pager("", query, start, PER_PAGE, total)
        return console_html.requests(rows, query, self._token, pager, dict(self.core.calls))

    def _deliveries(self, query: MultiDict[str, str]) -> Markup:
        start = _start(query)
        found, total = listings.newest_deliveries(self.core, query, start=start, count=PER_PAGE)
        pager = console_parts.pager(PAGE + "deliveries", query, start, PER_PAGE, total)
        now = self.core.clock.now().timestamp()
        return console_html.deliveries(found, query, self._token, pager, now)

    def _faults(self, query: MultiDict[str, str]) -> Markup:
        return console_faults.faults(self.core.faults.pending(), query.get("requestId", ""), self._token)

    def _settings(self, _: MultiDict[str, str]) -> Markup:
        facts = self.core.switches.facts()
        return console_faults.settings(facts, self.core.clock.offset, self._token)

    def _done(self, http: HttpRequest, path: str) -> Response:
        """Do what a form asks for, and go back to the page it stood on."""
        form = http.form
        if not token_fits(form.get("token", ""), self._token):
            bad, said = True, "This form is of an earlier start of the stand-in. Please try again."
        else:
            bad, said = False, DONE[path]
            try:
                self.control.act(path, form_body(path, form))
            except SessionRefused as refusal:
                bad, said = True, f"Not possible: {refusal.code}."
            except ApiError as error:
                bad, said = True, f"{error.code}: {error.detail}"
            except KeyError as error:
                bad, said = True, f"There is none: {error}."
            except (ValueError, TypeError) as error:
                bad, said = True, f"{error}."
        note = str(next(self._numbers))
        self._notes[note] = (bad, said)
        while len(self._notes) > NOTES:
            self._notes.popitem(last=False)
        back = form.get("back", "")
        page = back if back in ("deliveries", "faults", "settings") else ""
        target = f"{PREFIX}{PAGE}{page}" if page else PREFIX
        return Response(status=303, headers={"Location": f"{target}?{urlencode({'note': note})}"})


def form_body(path: str, form: MultiDict[str, str]) -> dict[str, Any]:
    """The control API's body that a form stands for. Raises ValueError."""
    given = {key: value.strip() for key, value in form.items() if key not in ("token", "back")}
    if path == "faults":
        return _fault_body(given)
    if path == "switches":
        usual = Switches().facts()
        return {name: _like(usual[name], given.get(name, "")) for name in usual}
    body: dict[str, Any] = {key: value for key, value in given.items() if value}
    for key, kind in NUMBERS.items():
        if key in body:
            try:
                body[key] = kind(body[key])
            except ValueError as error:
                raise ValueError(f"{key} must be a number") from error
    if path == "optional":
        body["optional"] = body.get("optional") == "yes"
    return body


def _fault_body(given: dict[str, str]) -> dict[str, Any]:
    name = given.get("fault", "")
    if name not in KNOWN:
        raise ValueError("choose a fault")
    body: dict[str, Any] = {"fault": name, "times": None}
    if given.get("always") != "yes":
        body["times"] = _like(1, given.get("times") or "1")
    for key in ("endpoint", "requestId"):
        if given.get(key):
            body[key] = given[key]
    for key, usual in KNOWN[name].args.items():
        if given.get(key) or isinstance(usual, bool):
            body[key] = _like(usual, given.get(key, ""))
    return body


def _like(usual: Any, text: str) -> Any:
    """The form's text as a value of the usual one's type."""
    if isinstance(usual, bool):
        return text == "yes"
    if isinstance(usual, str):
        return text
    try:
        return int(text) if isinstance(usual, int) else float(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a number") from error


def _start(query: MultiDict[str, str]) -> int:
    text = query.get("start", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
