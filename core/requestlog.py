"""One line for each answer, and an id that ties all lines of a request together."""

import logging
import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from core import log as lines
from core.address import client_address, neighbourhood
from core.origin import Origin, coming_from

log = logging.getLogger("web")
HEADER = "X-Request-ID"
SAFE = re.compile(r"[A-Za-z0-9._-]{1,64}")
# With separators too: a phone's or an identity's number in the usual groups. Hex ids seldom have so many in a row.
LONG_NUMBER = re.compile(r"[0-9](?:[._-]?[0-9]){7,}")
QUIET = frozenset({"healthz", "readyz", "metrics"})  # asked every few seconds by machines


class RequestLogMiddleware:
    """The outermost one. `http_request` is the id, always ours: nobody can make lines point at another call.

    The caller's stands beside it as `caller_request` in the one line of the answer, if it is harmless: not at Sentry.
    (`request_id` in our lines is a signature request's.)
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        http_request = uuid4().hex
        theirs = {"caller_request": LONG_NUMBER.sub("*", given)} if SAFE.fullmatch(given) else {}
        request.http_request = http_request  # type: ignore[attr-defined]
        began = time.perf_counter()

        def where() -> Origin:
            return Origin(network=neighbourhood(client_address(request)), http_request=http_request)

        with lines.scope(http_request=http_request), coming_from(where):
            response = self.get_response(request)
            response[HEADER] = http_request
            admin = getattr(
                request, "_cached_user", None
            )  # of a session; a token's user is bound where it is read
            if admin and admin.pk:
                lines.bind(user_id=admin.pk)
            quiet = request.path_info.strip("/") in QUIET
            log.log(
                logging.DEBUG if quiet else logging.INFO,
                "web.answered",
                extra=theirs
                | {
                    "route": _route(request),
                    "method": request.method,
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - began) * 1000, 1),
                },
            )
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        lines.bind(route=lines.route_of(request))


def _route(request: HttpRequest) -> str:
    """Also of requests that were answered before Django looked for their view (a preflight)."""
    if request.resolver_match is None:
        try:
            return f"/{resolve(request.path_info).route}"
        except Resolver404:
            return lines.NO_ROUTE
    return lines.route_of(request)
