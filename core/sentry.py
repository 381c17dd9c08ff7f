"""Errors to Sentry, if there is an address for them. What leaves this machine: types, places in our code, ids.

Messages of exceptions, variables, bodies, headers, cookies, addresses and query strings stay here: paths carry
tokens and messages quote rows. The event's text is in our own log, found by the same `http_request`.
"""

import re
from typing import TYPE_CHECKING, Any

from django.conf import settings

from core.log import NO_ROUTE, bound

if TYPE_CHECKING:
    from sentry_sdk.transport import Transport

KEPT = frozenset(
    {
        "event_id",
        "type",
        "timestamp",
        "start_timestamp",
        "level",
        "logger",
        "platform",
        "environment",
        "release",
        "sdk",
        "server_name",
    }
)
FRAME = ("filename", "function", "module", "lineno", "in_app")
TRACE = ("trace_id", "span_id", "parent_span_id", "op", "status", "type")
SPAN = (*TRACE, "start_timestamp", "timestamp")
EVENT_NAME = re.compile(r"[a-z_]+(\.[a-z_]+)+")  # how our log lines are called: `job.dead`
ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def start(*, transport: "Transport | None" = None) -> None:
    """Begin, if SENTRY_DSN is set; else the library is not even imported."""
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk
    from sentry_sdk.integrations.logging import ignore_logger

    ignore_logger("django.request")  # its lines hold paths; what failed is said by "server.error"
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        transport=transport,
        traces_sample_rate=settings.SENTRY_TRACES or None,
        before_send=lambda event, hint: clean(event),
        before_send_transaction=lambda event, hint: clean(event),
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        trace_propagation_targets=[],  # Setu need not know of it
    )


def clean(event: Any) -> Any:
    """The event with what may leave, chosen by name: what a new release of the library adds is left out."""
    context = bound()
    route = str(context.get("route", NO_ROUTE))
    kept = {name: value for name, value in event.items() if name in KEPT}
    kept["transaction"] = route
    kept["tags"] = _ids(context) | {"route": route}
    kept["extra"] = _ids(event.get("extra") or {})
    kept["contexts"] = {n: v for n, v in (event.get("contexts") or {}).items() if n == "runtime"}
    if trace := (event.get("contexts") or {}).get("trace"):
        kept["contexts"]["trace"] = _only(trace, TRACE)
    if "request" in event:
        kept["request"] = _only(event["request"], ("method",)) | {"url": route}
    if message := _message(event):
        kept["message"] = message
    if "exception" in event:
        kept["exception"] = {"values": [_exception(each) for each in event["exception"].get("values") or []]}
    if "spans" in event:
        kept["spans"] = [_only(span, SPAN) for span in event["spans"]]
    return kept


def _message(event: Any) -> str:
    """The name of our event; a library's sentence may quote anything."""
    text = (event.get("logentry") or {}).get("message") or event.get("message") or ""
    if not isinstance(text, str) or not text:
        return ""
    return text if EVENT_NAME.fullmatch(text) else "a library's message (see our log)"


def _exception(found: Any) -> dict[str, Any]:
    frames = (found.get("stacktrace") or {}).get("frames") or []
    kept = {"type": found.get("type"), "module": found.get("module")}
    return kept | {"stacktrace": {"frames": [_only(frame, FRAME) for frame in frames]}}


def _only(found: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: found[name] for name in names if name in found}


def _ids(found: Any) -> dict[str, str]:
    """What looks like an id, a number or a word of ours."""
    texts = {str(name): str(value) for name, value in found.items() if name != "route"}
    return {name: text for name, text in texts.items() if ID.fullmatch(text)}
