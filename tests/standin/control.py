"""The control API under /__control__/: drives signers, the clock and the faults from outside.

Served only when asked for, and not to other sites' pages. JSON in, JSON out; no secret is ever shown.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from tests.standin import listings, sessions
from tests.standin.core import Core
from tests.standin.driving import MOST, Act, drive, make_requests
from tests.standin.errors import ApiError, SessionRefused
from tests.standin.notices import FORGERIES, forged
from tests.standin.returns import way_back
from tests.standin.shapes import shown
from tests.standin.wire import json_response

PREFIX = "/__control__/"
NOTIFY = ("send", "withhold", "skip")
Body = dict[str, Any]


class Control:
    """One method per path; `respond` maps HTTP onto them. Tests may call them as well."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._reads: dict[str, Callable[[Mapping[str, str]], Any]] = {
            "requests": lambda query: listings.requests(core, query),
            "deliveries": lambda query: listings.deliveries(core, query),
            "notification": lambda query: json.loads(
                core.notification(query.get("requestId", ""), query.get("signerId"))
            ),
            "calls": lambda _: dict(core.calls),
            "faults": lambda _: [fault.facts() for fault in core.faults.pending()],
            "catalogue": lambda _: listings.catalogue(),
            "switches": lambda _: core.switches.facts(),
            "clock": lambda _: self._now(),
        }
        self._acts: dict[str, Callable[[Body], Any]] = {
            "reset": lambda _: core.clear(),
            "clock": self._clock,
            "open": lambda body: self.open(*_signer(body)),
            "sign": lambda body: {"redirect": self.sign(*_signer(body))},
            "fail": lambda body: {"redirect": self.fail(*_signer(body), _text(body, "errCode"))},
            "decline": lambda body: {"redirect": self.fail(*_signer(body), sessions.DECLINED)},
            "delete": lambda body: core.delete(_text(body, "requestId")),
            "optional": self._optional,
            "release": self._release,
            "redeliver": lambda body: core.courier.redeliver(_whole(body, "index")).facts(),
            "forge": self._forge,
            "faults": self._fault,
            "faults/remove": lambda body: core.faults.remove(_whole(body, "id")),
            "faults/clear": lambda _: core.faults.clear(),
            "switches": self._switches,
            "bulk/requests": self._bulk_requests,
            "bulk/act": self._bulk_act,
        }

    def respond(self, http: HttpRequest) -> Response:
        path = http.path.removeprefix(PREFIX).strip("/")
        try:
            if http.method == "GET" and path in self._reads:
                return json_response(self._reads[path](http.args))
            if http.method != "POST" or path not in self._acts:
                return json_response({"error": "no such control"}, 404)
            if http.get_data() and http.mimetype != "application/json":
                return json_response({"error": "the body must be application/json"}, 415)
            body = json.loads(http.get_data() or b"{}")
            if not isinstance(body, dict):
                raise ValueError("the body must be a JSON object")
            answer = self.act(path, body)
        except SessionRefused as refusal:
            return json_response({"error": refusal.code}, 409)
        except ApiError as error:
            return json_response({"error": f"{error.code}: {error.detail}"}, error.status)
        except KeyError as error:
            return json_response({"error": f"there is none: {error}"}, 404)
        except (ValueError, TypeError, RecursionError) as error:
            return json_response({"error": str(error)}, 400)
        return json_response({"ok": True} if answer is None else answer)

    def act(self, path: str, body: Body) -> Any:
        """As a POST. Raises SessionRefused, ApiError, KeyError, ValueError, TypeError."""
        return self._acts[path](body)

    def requests(self) -> list[dict[str, Any]]:
        """Every request as it stands, oldest first."""
        return listings.requests(self.core, {})

    def open(self, request_id: str, ref: str) -> None:
        sessions.open_session(self.core, request_id, ref)

    def sign(self, request_id: str, ref: str) -> str:
        """Open if need be, and sign. Returns where the browser would be sent."""
        self.open(request_id, ref)
        return self._return_url(request_id, ref, sessions.sign(self.core, request_id, ref))

    def fail(self, request_id: str, ref: str, err_code: str) -> str:
        """Open if need be, and fail with any code, also an undocumented one."""
        self.open(request_id, ref)
        sessions.fail(self.core, request_id, ref, err_code)
        return self._return_url(request_id, ref, err_code)

    def _return_url(self, request_id: str, ref: str, err_code: str | None) -> str:
        request = self.core.requests.get(request_id)
        signer = request.signer(ref) if request else None
        if not (request and signer):
            return ""  # deleted meanwhile
        way = way_back(self.core, request, signer, err_code)
        return "" if way.missing else way.url

    def _now(self) -> Any:
        return {"now": self.core.clock.now().isoformat(), "offset": self.core.clock.offset}

    def _clock(self, body: Body) -> Any:
        seconds = body.get("advance")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or abs(seconds) > 10**9:
            raise ValueError("advance must be a number of seconds")
        self.core.advance(seconds)
        return self._now()

    def _optional(self, body: Body) -> None:
        request_id, ref = _signer(body)
        with self.core.lock:
            request, signer = sessions.find(self.core, request_id, ref)
            if not isinstance(body.get("optional"), bool):
                raise ValueError("optional must be true or false")
            signer.optional = body["optional"]
            self.core.save(request)

    def _release(self, body: Body) -> Any:
        index = _whole(body, "index") if "index" in body else None
        return {"released": self.core.courier.release(index)}

    def _forge(self, body: Body) -> Any:
        request_id, kind = _text(body, "requestId"), _text(body, "kind")
        if kind not in FORGERIES:
            raise ValueError(f"kind must be one of {', '.join(FORGERIES)}")
        true = self.core.notification(request_id)
        lie = forged(kind, true, self.core.ids.new())
        return {**self.core.courier.send_plain(request_id, lie).facts(), "body": None}

    def _fault(self, body: Body) -> Any:
        rest = {key: value for key, value in body.items() if key not in ("fault", "requestId")}
        if "name" in rest:
            raise ValueError("the fault's name is given as fault")
        fault = self.core.faults.add(_text(body, "fault"), request_id=body.get("requestId"), **rest)
        return {"queued": len(self.core.faults.pending()), "id": fault.id}

    def _switches(self, body: Body) -> Any:
        self.core.switch(body)
        return self.core.switches.facts()

    def _bulk_requests(self, body: Body) -> Any:
        try:
            content = base64.b64decode(body.get("documentBase64") or "", validate=True)
        except (binascii.Error, TypeError) as error:
            raise ValueError("documentBase64 must be the document in base64") from error
        made = make_requests(self.core, body, content or None)
        with self.core.lock:
            return {"requests": [shown(self.core, request) for request in made]}

    def _bulk_act(self, body: Body) -> Any:
        acts, notify = body.get("acts"), body.get("notify", "send")
        if not isinstance(acts, list) or len(acts) > MOST or not all(isinstance(act, dict) for act in acts):
            raise ValueError(f"acts must be a list of at most {MOST} objects")
        if notify not in NOTIFY:
            raise ValueError(f"notify must be one of {', '.join(NOTIFY)}")
        chosen = [Act(*_signer(act), _text(act, "errCode") if act.get("errCode") else None) for act in acts]
        return {"acts": [outcome.facts() for outcome in drive(self.core, chosen, notify=notify)]}


def _signer(body: Body) -> tuple[str, str]:
    return _text(body, "requestId"), _text(body, "signerId")


def _text(body: Body, key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} is required, as a string")
    return value


def _whole(body: Body, key: str) -> int:
    value = body.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{key} must be an integer")
    return value
