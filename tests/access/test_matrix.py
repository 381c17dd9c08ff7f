"""Who may call what: every route of the schema has a row here, for every kind of caller."""

import functools
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from core.models import User
from signflow.api import api
from tests.builders import PASSWORD, make_employee, make_pdf, make_request
from tests.client import Api

OK = frozenset({200, 201, 202, 204})
REFUSED, NOBODY, NOTHING, EMPTY = 403, 401, 404, "an empty list"
CALLERS = ("anonymous", "signer", "manager", "colleague", "stranger", "stranger_employee", "superuser")
NO_SESSIONS = ("disabled", "expired", "refresh_as_access", "old_version")  # managers of the organization


@dataclass(frozen=True)
class Row:
    """What each caller gets: a status, OK for a success, or EMPTY."""

    anonymous: Any
    signer: Any
    manager: Any
    colleague: Any  # of the same organization, with no part in the request
    stranger: Any  # a manager of another organization
    stranger_employee: Any
    superuser: Any
    disabled: Any = NOBODY
    expired: Any = NOBODY
    refresh_as_access: Any = NOBODY
    old_version: Any = NOBODY


EVERYBODY = Row(*[422] * 11)  # open to all: an empty body is all that is wrong
SIGNED_IN = Row(NOBODY, OK, OK, OK, OK, OK, REFUSED)
FOR_MANAGERS = Row(NOBODY, REFUSED, OK, REFUSED, OK, REFUSED, REFUSED)
FOR_THOSE_INVOLVED = Row(NOBODY, OK, OK, NOTHING, NOTHING, NOTHING, REFUSED)

TABLE: dict[tuple[str, str], Row] = {
    ("post", "/api/token/"): EVERYBODY,
    ("post", "/api/token/refresh/"): EVERYBODY,
    ("post", "/api/token/logout/"): SIGNED_IN,
    ("post", "/api/users/create/"): FOR_MANAGERS,
    ("post", "/api/users/password/"): Row(NOBODY, OK, OK, OK, OK, OK, REFUSED),
    ("get", "/api/users/list/"): FOR_MANAGERS,
    ("get", "/api/security-log/"): FOR_MANAGERS,
    ("post", "/api/documents/"): FOR_MANAGERS,
    ("get", "/api/documents/{document_id}/"): FOR_THOSE_INVOLVED,
    ("post", "/api/signature/"): Row(NOBODY, REFUSED, OK, REFUSED, NOTHING, REFUSED, REFUSED),
    ("get", "/api/signature/{request_id}/"): FOR_THOSE_INVOLVED,
    ("post", "/api/signature/{request_id}/check/"): Row(
        NOBODY, REFUSED, 409, REFUSED, NOTHING, REFUSED, REFUSED
    ),
    ("post", "/api/signature/{request_id}/cancel/"): Row(
        NOBODY, REFUSED, 409, REFUSED, NOTHING, REFUSED, REFUSED
    ),
    ("get", "/api/status/"): Row(NOBODY, REFUSED, OK, REFUSED, EMPTY, REFUSED, REFUSED),
    ("get", "/api/dashboard/"): Row(NOBODY, OK, EMPTY, EMPTY, EMPTY, EMPTY, REFUSED),
    ("get", "/api/download/{request_id}/"): FOR_THOSE_INVOLVED,
    ("post", "/webhooks/setu/{token}"): Row(
        *[NOTHING] * 11
    ),  # a wrong token; the right one is in tests/webhooks
}


@functools.cache
def declared() -> Any:
    """The schema's paths; made once, as it takes a third of a second."""
    return api.get_openapi_schema()["paths"]


def routes() -> list[tuple[str, str]]:
    return [(method, path) for path, methods in declared().items() for method in methods]


def call(method: str, path: str, *, request, user: User | None = None, token: str | None = None) -> Any:
    url = path.format(document_id=request.document_id, request_id=request.id, token="a-wrong-token")
    if not url.startswith("/api/"):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return Client(headers=headers).post(url, {}, content_type="application/json")
    me = Api(user, token=token)
    if method == "get":
        return me.get(url.removeprefix("/api/"))
    if path == "/api/documents/":
        return me.upload(make_pdf(1))
    if path == "/api/signature/":
        signer = request.signers.get().user
        return me.ask(str(request.document_id), [signer])
    if path == "/api/users/password/":
        return me.post("users/password/", {"old_password": PASSWORD, "new_password": "seven quiet lamps"})
    body = {"username": "new", "password": "a long enough secret"} if "users" in path else None
    return me.post(url.removeprefix("/api/"), body)


def test_every_route_of_the_schema_has_a_row_and_no_row_is_left_over():
    assert sorted(TABLE) == sorted(routes())


@pytest.mark.parametrize("who", CALLERS + NO_SESSIONS)
@pytest.mark.parametrize("route", TABLE, ids=" ".join)
def test_each_caller_gets_what_the_table_says(route, who, people, no_sessions, request_row):
    expected = getattr(TABLE[route], who)
    answer = call(*route, request=request_row, user=people.get(who), token=no_sessions.get(who))
    if expected == EMPTY:
        assert (answer.status_code, answer.json()) == (200, [])
    else:
        allowed = expected if isinstance(expected, frozenset) else {expected}
        assert answer.status_code in allowed, answer.content
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert isinstance(answer.json()["detail"], str)
        assert answer.status_code in declared()[route[1]][route[0]]["responses"]


def test_lists_hold_nothing_of_another_organization(people, request_row, as_user):
    make_request(by=people["stranger"], signers=[people["stranger_employee"]], setu_id="theirs")
    ours = as_user(people["manager"]).get("status/").json()
    theirs = as_user(people["stranger"]).get("status/").json()
    assert [row["signature_id"] for row in ours] == [str(request_row.id)]
    assert len(theirs) == 1
    assert theirs[0]["signature_id"] != ours[0]["signature_id"]
    names = {person["displayName"] for person in as_user(people["stranger"]).get("users/list/").json()}
    assert names == {"stranger", "lila"}


@pytest.mark.parametrize("path", ["documents/{}/", "signature/{}/", "download/{}/"])
def test_a_foreign_id_is_answered_like_an_unknown_one(people, request_row, path):
    theirs = request_row.document_id if path.startswith("documents") else request_row.id
    stranger: Any = Api(people["stranger"])
    foreign = stranger.get(path.format(theirs)).json()
    unknown = stranger.get(path.format("00000000-0000-4000-8000-000000000000")).json()
    assert foreign == unknown


def test_djangos_staff_flag_opens_nothing(manager, as_user, request_row):
    staff = make_employee("clerk", organization=manager.tenant, is_staff=True)
    assert as_user(staff).get("status/").status_code == 403
    assert as_user(staff).get(f"signature/{request_row.id}/").status_code == 404
