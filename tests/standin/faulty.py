"""Answers as a fault wants them: someone else's in place of Setu's, or Setu's own bent out of shape."""

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Response

from tests.standin.errors import envelope
from tests.standin.faults import Fault

ANSWER_CODES = {401: "unauthorized", 403: "forbidden", 429: "too_many_requests"}
OPTIONAL_KEYS = ("reason", "traceId", "location", "birthYear", "errCode")  # Setu promises none of them


def faulty_answer(fault: Fault, trace_id: str) -> Response:
    """The `status` fault. args: status, html (a proxy's page instead of the envelope), retry_after."""
    status = int(fault.args.get("status", 500))
    if fault.args.get("html"):
        page = f"<html><head><title>{status}</title></head><body><center>nginx</center></body></html>"
        response = Response(page, status=status, content_type="text/html")
    else:
        code = ANSWER_CODES.get(status, "unexpected_error")
        response = envelope(status, code, "A fault that was asked for.", trace_id)
    if "retry_after" in fault.args:
        response.headers["Retry-After"] = str(fault.args["retry_after"])
    return response


def bend(body: Any, faults: Mapping[str, Fault]) -> None:
    """Change a success body in place."""
    if "unknown_status" in faults:
        body["status"] = faults["unknown_status"].args.get("value", "sign_suspended")
    if "extra_keys" in faults:
        body |= {"newFeature": {"enabled": True}, "version": 7}
    if "missing_keys" in faults:
        for part in (body, *body["signers"]):
            for key in OPTIONAL_KEYS:
                part.pop(key, None)
    if "reordered" in faults:
        body["signers"].reverse()
