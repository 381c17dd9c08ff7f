"""Doors beside the API: each address pattern has a row that says what somebody without its key gets."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from core.auth import tokens_for
from signflow.api import api
from signing.services.links import original_url, signed_url
from tests.builders import make_employee

OPEN = {
    "": 302,
    "api/docs": 302,
    "admin": 302,
    "favicon.ico": 302,
    "healthz": 200,
    "readyz": 200,
    "api/docs/": 200,
    "api/openapi.json": 200,
}
LOCKED = {  # whoever asks, signed in or not: the key stands in the path, or is a token of its own
    "metrics": 404,
    "s/<str:token>/": 404,
    "s/<str:token>": 404,
    "return/<str:reference>/": 404,
    "files/<str:token>/": 404,
    "webhooks/setu/<token>/": 405,  # takes a POST only
}
TO_SIGN_IN = 302
FOR_ALL = {"login", "jsi18n", "logout"}  # logout takes a POST only, and ends nobody else's session


def patterns(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for each in (resolver or get_resolver()).url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each, route)
        elif isinstance(each, URLPattern):
            yield route, each


def test_every_door_beside_the_api_has_a_row_and_no_row_is_left_over():
    """The API's own routes are in the matrix; the console's pages have a test of their own below."""
    operations = {path.lstrip("/") for path in api.get_openapi_schema()["paths"]}
    named = {route: re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route) for route, _ in patterns()}
    doors = {route for route, path in named.items() if path not in operations}
    assert {route for route in doors if not route.startswith("admin/")} == {*OPEN, *LOCKED}


def clients(*users: Any) -> Iterator[Client]:
    """Nobody, and each user twice: with a token, and with a session of the browser's."""
    yield Client()
    for user in users:
        yield Client(headers={"Authorization": f"Bearer {tokens_for(user)[0]}"})
        browser = Client()
        browser.force_login(user)
        yield browser


@pytest.mark.parametrize(("route", "status"), [*OPEN.items(), *LOCKED.items()])
def test_a_door_beside_the_api_asks_for_its_own_key(route, status, settings, people):
    settings.METRICS_TOKEN = "m" * 32
    path = (
        route.replace("<str:token>", "a.wrong-token")
        .replace("<str:reference>", "0" * 32)
        .replace("<token>", "wrong")
    )
    for client in clients(*filter(None, people.values())):
        assert client.get(f"/{path}").status_code == status


def test_no_page_of_the_console_opens_for_anybody_but_a_superuser(people, request_row):
    clerk = make_employee("clerk", organization=people["manager"].tenant, is_staff=True)
    outside = [user for who, user in people.items() if user and who != "superuser"]
    doors = [
        (route, each.name)
        for route, each in patterns()
        if route.startswith("admin/") and each.name not in FOR_ALL
    ]
    assert len(doors) > 20
    for client in clients(*outside, clerk):
        for route, name in doors:
            path = _filled(route)
            for answer in (client.get(path), client.post(path, {"action": "lock", "confirmed": "yes"})):
                assert answer.status_code == TO_SIGN_IN, (route, name)
                assert "/admin/login/" in answer["Location"]
    assert admin.site.is_registered(type(clerk))


def _filled(route: str) -> str:
    path = route.removesuffix("(?P<url>.*)$") + "x" if route.endswith("(?P<url>.*)$") else route
    path = path.replace("^(?P<app_label>auth|core|signing|webhooks)/$", "core/")
    for kind in ("uuid", "path", "int", "str", "slug"):
        while f"<{kind}:" in path:
            head, _, tail = path.partition(f"<{kind}:")
            value = "6512bd43-d9ca-46e0-8d1c-9e8f3a7b5505" if kind != "int" else "1"
            path = head + value + tail.partition(">")[2]
    return f"/{path}"


def test_a_signers_link_and_a_file_link_serve_their_own_person_only(people, request_row, client):
    """Links carry the right themselves: they hold while the person may still see the thing, and no longer."""

    def opened(url: str) -> int:
        answer = client.get(url.removeprefix("http://localhost:8000"))
        if answer.streaming:
            assert b"".join(answer.streaming_content)
        return int(answer.status_code)

    for who in ("signer", "manager"):
        assert opened(signed_url(request_id=request_row.id, viewer=people[who])) == 200
        assert opened(original_url(document_id=request_row.document_id, viewer=people[who])) == 200
    for who in ("colleague", "stranger", "stranger_employee"):
        assert opened(signed_url(request_id=request_row.id, viewer=people[who])) == 404
        assert opened(original_url(document_id=request_row.document_id, viewer=people[who])) == 404
