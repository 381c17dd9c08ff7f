"""The control API under /__control__/: drives signers, the clock and the faults from outside.

Served only when asked for. JSON in, JSON out; no secret is ever shown.
"""

import json
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from tests.standin import sessions
from tests.standin.core import Core
from tests.standin.errors import ApiError, SessionRefused
from tests.standin.signer_page import return_url
from tests.standin.state import Request
from tests.standin.wire import json_response

PREFIX = "/__control__/"
Body = dict[str, Any]


class Control:
    """One method per path; `respond` maps HTTP onto them. Tests may call them as well."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._paths: dict[tuple[str, str], Callable[[Body], Any]] = {
            ("GET", "requests"): lambda _: self.requests(),
            ("GET", "deliveries"): lambda _: [delivery.facts() for delivery in core.courier.deliveries],
            ("GET", "calls"): lambda _: dict(core.calls),
            ("GET", "faults"): lambda _: [fault.__dict__ for fault in core.faults.pending()],
            ("POST", "reset"): lambda _: core.clear(),
            ("POST", "clock"): self._clock,
            ("POST", "open"): lambda body: self.open(*_signer(body)),
            ("POST", "sign"): lambda body: {"redirect": self.sign(*_signer(body))},
            ("POST", "fail"): lambda body: {"redirect": self.fail(*_signer(body), _text(body, "errCode"))},
            ("POST", "decline"): lambda body: {"redirect": self.fail(*_signer(body), sessions.DECLINED)},
            ("POST", "delete"): lambda body: core.delete(_text(body, "requestId")),
            ("POST", "release"): lambda _: {"released": core.courier.release()},
            ("POST", "redeliver"): self._redeliver,
            ("POST", "faults"): self._fault,
        }

    def respond(self, http: HttpRequest) -> Response:
        handler = self._paths.get((http.method, http.path.removeprefix(PREFIX).strip("/")))
        if handler is None:
            return json_response({"error": "no such control"}, 404)
        try:
            body = json.loads(http.get_data() or b"{}")
            if not isinstance(body, dict):
                raise ValueError("the body must be a JSON object")
            answer = handler(body)
        except SessionRefused as refusal:
            return json_response({"error": refusal.code}, 409)
        except ApiError as error:
            return json_response({"error": error.code}, error.status)
        except KeyError as error:
            return json_response({"error": f"no delivery {error}"}, 404)
        except (ValueError, TypeError) as error:
            return json_response({"error": str(error)}, 400)
        return json_response({"ok": True} if answer is None else answer)

    def requests(self) -> list[dict[str, Any]]:
        """Every request as it stands, oldest first."""
        with self.core.lock:
            return [self._shown(self.core.request(id_)) for id_ in list(self.core.requests)]

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
        return return_url(request, signer, err_code) if request and signer else ""  # deleted meanwhile

    def _shown(self, request: Request) -> dict[str, Any]:
        return {
            "id": request.id,
            "client": request.owner,
            "documentId": request.document_id,
            "redirectUrl": request.redirect_url,
            "status": request.status,
            "signers": [
                {
                    "id": signer.id,
                    "identifier": signer.identifier,
                    "displayName": signer.display_name,
                    "status": request.signer_status(signer),
                    "errCode": signer.err_code,
                    "url": self.core.signer_url(request, signer),
                }
                for signer in request.signers
            ],
        }

    def _clock(self, body: Body) -> Any:
        seconds = body.get("advance")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise ValueError("advance must be a number of seconds")
        self.core.clock.advance(seconds)
        return {"now": self.core.clock.now().isoformat()}

    def _redeliver(self, body: Body) -> Any:
        index = body.get("index")
        if isinstance(index, bool) or not isinstance(index, int):
            raise ValueError("index must be an integer")
        return self.core.courier.redeliver(index).facts()

    def _fault(self, body: Body) -> Any:
        rest = {key: value for key, value in body.items() if key not in ("fault", "requestId")}
        self.core.faults.add(_text(body, "fault"), request_id=body.get("requestId"), **rest)
        return {"queued": len(self.core.faults.pending())}


def _signer(body: Body) -> tuple[str, str]:
    return _text(body, "requestId"), _text(body, "signerId")


def _text(body: Body, key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} is required, as a string")
    return value
