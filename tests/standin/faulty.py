"""Answers as a fault wants them: someone else's in place of Setu's, or Setu's own bent out of shape."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from werkzeug.wrappers import Response

from tests.standin.errors import ConnectionLost, envelope
from tests.standin.faults import Fault

ANSWER_CODES = {401: "unauthorized", 403: "forbidden", 429: "too_many_requests"}
OPTIONAL_KEYS = ("reason", "traceId", "location", "birthYear", "errCode")  # Setu promises none of them
PIECES = 20


def before(faults: Mapping[str, Fault], trace: Callable[[], str]) -> Response | None:
    """Wait if need be; an answer here takes Setu's place, and nothing is done."""
    if "slow" in faults:
        time.sleep(float(faults["slow"].arg("seconds")))
    return faulty_answer(faults["status"], trace()) if "status" in faults else None


def lost(faults: Mapping[str, Fault], what: str) -> None:
    """Raises ConnectionLost, perhaps after a while, if the answer is to be lost."""
    if hanging := faults.get("accept_then_hang"):
        time.sleep(float(hanging.arg("seconds")))
        raise ConnectionLost(what)


def faulty_answer(fault: Fault, trace_id: str) -> Response:
    """The `status` fault: a proxy's page or the envelope, with or without Retry-After."""
    status = fault.arg("status")
    if fault.arg("html"):
        page = f"<html><head><title>{status}</title></head><body><center>nginx</center></body></html>"
        response = Response(page, status=status, content_type="text/html")
    else:
        code = fault.arg("code") or ANSWER_CODES.get(status, "unexpected_error")
        response = envelope(status, code, "A fault that was asked for.", trace_id)
    if fault.arg("retry_after") is not None:
        response.headers["Retry-After"] = str(fault.arg("retry_after"))
    return response


def bend(body: Any, faults: Mapping[str, Fault]) -> None:
    """Change a success body in place."""
    if "unknown_status" in faults:
        body["status"] = faults["unknown_status"].arg("value")
    if "unknown_signer_status" in faults:
        body["signers"][0]["status"] = faults["unknown_signer_status"].arg("value")
    if "unknown_err_code" in faults:
        body["signers"][0]["errCode"] = faults["unknown_err_code"].arg("value")
    if "extra_keys" in faults:
        body |= {"newFeature": {"enabled": True}, "version": 7}
    if "missing_keys" in faults:
        for part in (body, *body["signers"]):
            for key in OPTIONAL_KEYS:
                part.pop(key, None)
    if "reordered" in faults:
        body["signers"].reverse()


def sent(response: Response, faults: Mapping[str, Fault]) -> Response:
    """The answer, to be sent in drops or broken off in the middle if a fault says so."""
    if not {"trickle", "broken_off"} & set(faults):
        return response
    content = response.get_data()
    response.response = _drops(content, faults)
    response.headers["Content-Length"] = str(len(content))
    return response


def _drops(content: bytes, faults: Mapping[str, Fault]) -> Iterator[bytes]:
    pause = float(faults["trickle"].arg("seconds")) / PIECES if "trickle" in faults else 0
    size = max(-(-len(content) // PIECES), 1)
    end = len(content) // 2 if "broken_off" in faults else len(content)
    for start in range(0, end, size):
        time.sleep(pause)
        yield content[start : min(start + size, end)]
    if end < len(content):
        raise ConnectionLost("broken off")
