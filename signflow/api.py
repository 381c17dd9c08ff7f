"""The one NinjaAPI: mounts the routers and turns every error into a problem."""

from typing import Any

import orjson
from django.conf import settings
from django.contrib.auth.decorators import user_passes_test
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja_extra.exceptions import APIException

from core import problems
from core.auth import Bearer
from core.errors import DomainError
from core.outage import DATABASE_ERRORS
from signflow.openapi import DescribedAPI

DESCRIPTION = """
Contracts, signed with Aadhaar eSign. Sign in at `POST /api/token/`, press **Authorize** and paste the access
token. Managers upload a document, then ask people to sign it; every signer finds it in `GET /api/dashboard/`.

Errors are `application/problem+json`: `detail` is a sentence, `code` is stable.
"""


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, option=orjson.OPT_UTC_Z)


class OrjsonParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        return orjson.loads(request.body)


# Those who may open the support console, which is where the others are sent to sign in.
for_superusers = user_passes_test(
    lambda user: user.is_active and user.is_superuser, login_url="/admin/login/"
)

api = DescribedAPI(
    title="SignFlow",
    version="1",
    description=DESCRIPTION,
    auth=Bearer(),
    renderer=OrjsonRenderer(),
    parser=OrjsonParser(),
    docs_url="/api/docs/",
    openapi_url="/api/openapi.json" if settings.API_DOCS != "off" else None,
    docs_decorator=for_superusers if settings.API_DOCS == "login" else None,
)
for prefix, router in (
    ("/api/token", "core.api.tokens.router"),
    ("/api/users", "core.api.users.router"),
    ("/api/security-log", "core.api.security.router"),
    ("/api/documents", "signing.api.documents.router"),
    ("/api/signature", "signing.api.requests.router"),
    ("/api", "signing.api.lists.router"),
    ("/webhooks", "webhooks.api.router"),
):
    api.add_router(prefix, router)


def library_problem(request: HttpRequest, error: APIException) -> HttpResponse:
    return problems.status_problem(error.status_code)


def http_problem(request: HttpRequest, error: HttpError) -> HttpResponse:
    unreadable = error.status_code == 400 and f"{error}".startswith("Cannot parse request body")
    detail = "The body is not valid JSON. Send JSON, with Content-Type: application/json"
    return problems.status_problem(
        error.status_code, detail=(detail if unreadable else f"{error}").rstrip(".") + "."
    )


def not_found_problem(request: HttpRequest, error: Http404) -> HttpResponse:
    return problems.status_problem(404)


def too_big_problem(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problems.status_problem(413)


def unreadable_problem(request: HttpRequest, error: Exception) -> HttpResponse:
    return problems.status_problem(400)


RENDERERS: tuple[tuple[type[Exception], Any], ...] = (
    (DomainError, problems.domain_problem),
    (ValidationError, problems.invalid_problem),
    (APIException, library_problem),
    (HttpError, http_problem),
    (Http404, not_found_problem),
    (RequestDataTooBig, too_big_problem),
    (SuspiciousOperation, unreadable_problem),
    (MultiPartParserError, unreadable_problem),
    (UnreadablePostError, unreadable_problem),
    *((kind, problems.database_problem) for kind in DATABASE_ERRORS),
    (Exception, problems.server_problem),
)
for kind, renderer in RENDERERS:
    api.add_exception_handler(kind, renderer)
