"""Every error as application/problem+json (RFC 9457) whose `detail` is a sentence for a person."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja.errors import ValidationError

from core.errors import DomainError
from core.outage import database_failed

log = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
MACHINE_PATHS = ("/api/", "/webhooks/")

# For answers that were not made here: Django's own pages, Ninja's bare texts.
BY_STATUS = {
    400: ("bad_request", "The request could not be understood."),
    401: ("not_signed_in", "Sign in first."),
    403: ("not_allowed", "This is not allowed."),
    404: ("not_found", "There is nothing at this address. Addresses under /api/ end with a slash."),
    405: ("method_not_allowed", "This address does not take this method."),
    413: ("too_large", "The request is too large."),
    415: ("media_type_not_supported", "This content type is not supported here."),
    429: ("too_many_tries", "There were too many tries. Wait a moment, then try again."),
    500: ("server_error", "Something went wrong on our side. Try again; if it stays, tell support."),
    503: ("busy", "The server is busy. Try again in a moment."),
}
WORDS = {  # pydantic's error types → what to tell a person about a field
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "string_type": "must be text",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "uuid_parsing": "is not an id",
    "list_type": "must be a list",
    "too_short": "has too few items",
    "too_long": "has too many items",
    "model_attributes_type": "must be a JSON object",
    "model_type": "must be a JSON object",
    "dict_type": "must be a JSON object",
    "enum": "is not one of the values known here",
    "json_invalid": "is not readable JSON",
    "date_parsing": "must be a date as YYYY-MM-DD",
    "date_type": "must be a date as YYYY-MM-DD",
    "date_from_datetime_parsing": "must be a date as YYYY-MM-DD",
    "date_from_datetime_inexact": "must be a date as YYYY-MM-DD",
}


def problem(status: int, *, code: str, title: str, detail: str, **extra: Any) -> HttpResponse:
    body = {"type": f"urn:signflow:problem:{code}", "title": title, "status": status, "code": code}
    response = JsonResponse(body | {"detail": detail} | extra, status=status, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def domain_problem(request: HttpRequest, error: DomainError) -> HttpResponse:
    response = problem(error.status, code=error.code, title=error.title, detail=error.detail, **error.extra)
    if "retry_after" in error.extra:
        response["Retry-After"] = str(error.extra["retry_after"])
    return response


def invalid_problem(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Ninja's 422, whose own `detail` is a list that the frontend cannot show. The list moves to `errors`."""
    fields = [{"field": _field(item), "reason": _reason(item)} for item in error.errors]
    detail = " ".join(f"{item['field'] or 'The body'} {item['reason']}." for item in fields[:5])
    return problem(
        422, code="invalid", title="Something in the request is not valid", detail=detail, errors=fields
    )


def _field(item: dict[str, Any]) -> str:
    """`signers.0.signature.position` of a pydantic location such as (body, body, signers, 0, …)."""
    place = [str(part) for part in item.get("loc", ())]
    while place and place[0] in ("body", "query", "path", "form", "file", "header"):
        place.pop(0)
    return ".".join(place)


def _reason(item: dict[str, Any]) -> str:
    kind, context = str(item.get("type", "")), item.get("ctx") or {}
    words = WORDS.get(kind)
    if words and kind == "string_too_long":
        return f"{words} (at most {context.get('max_length')} characters)"
    if words and kind == "string_too_short":
        return f"{words} (at least {context.get('min_length')})"
    return words or "is not valid: " + str(item.get("msg", "")).removeprefix("Value error, ").rstrip(".")


def server_problem(request: HttpRequest, error: Exception) -> HttpResponse:
    """An error nobody foresaw: logged with an id that the person can quote."""
    error_id = uuid4().hex[:12]
    log.error("server.error", exc_info=error, extra={"error_id": error_id})
    code, detail = BY_STATUS[500]
    return problem(
        500, code=code, title="Server error", detail=f"{detail} (Error {error_id})", error_id=error_id
    )


RETRY_SECONDS = 2


def database_problem(request: HttpRequest, error: Exception) -> HttpResponse:
    """The database does not answer, or not in time: nothing was changed, and the caller may simply try again."""
    if not database_failed(error):
        return server_problem(request, error)
    log.error(
        "database.unavailable", exc_info=error, extra={"error": type(error.__cause__ or error).__name__}
    )
    response = status_problem(503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def status_problem(status: int, *, detail: str | None = None) -> HttpResponse:
    code, default = BY_STATUS.get(status, BY_STATUS[400])
    return problem(status, code=code, title=default.split(".")[0], detail=detail or default)


class ProblemMiddleware:
    """Turns errors made elsewhere (Django's pages, bare texts) into problems, for paths that programs call."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """For what Ninja does not answer: a person's browser is told in words."""
        if not database_failed(error):
            return None
        answer = database_problem(request, error)
        page = HttpResponse(BY_STATUS[503][1], status=503, content_type="text/plain; charset=utf-8")
        page["Cache-Control"], page["Retry-After"] = "no-store", answer["Retry-After"]
        return page

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        machine = f"{request.path}/".startswith(MACHINE_PATHS)
        if not machine or response.status_code < 400 or response["Content-Type"] == CONTENT_TYPE:
            return response
        replaced = status_problem(response.status_code)
        for name, value in response.items():
            if name.lower() not in ("content-type", "content-length", "cache-control"):
                replaced[name] = value
        replaced["Content-Length"] = str(len(replaced.content))  # as every other answer has it
        return replaced
