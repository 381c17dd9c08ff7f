"""The fuzzer against small servers that break their word in one way each: it must notice every one of them."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler

from tests.fuzz import __main__ as program
from tests.fuzz.cases import _about_what_is_there, schema
from tests.fuzz.people import ROLES, World, world
from tests.fuzz.role import Findings, _many

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
NOBODY = World(token="", refresh="", documents=(), requests=(), people=(), names=())
SIGNED_IN = World(token="good", refresh="", documents=(), requests=(), people=(), names=())
ANSWER = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
BODY = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "maximum": 9}}}
Answering = Callable[[dict[str, Any], Any], tuple[int, str, bytes]]


def document() -> dict[str, Any]:
    ok = {"description": "Fine", "content": {"application/json": {"schema": ANSWER}}}
    refused = {"description": "Refused"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "components": {"securitySchemes": {"Bearer": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            "/thing/": {
                "post": {
                    "security": [{"Bearer": []}],
                    "requestBody": {"required": True, "content": {"application/json": {"schema": BODY}}},
                    "responses": {"200": ok, "401": refused, "422": refused},
                }
            }
        },
    }


def honest(environ: dict[str, Any], body: Any) -> tuple[int, str, bytes]:
    if environ.get("HTTP_AUTHORIZATION") != "Bearer good":
        return 401, "text/plain", b""
    n = body.get("n") if isinstance(body, dict) else None
    if not isinstance(n, int) or isinstance(n, bool) or n > 9:
        return 422, "text/plain", b""
    return 200, "application/json", b'{"id": 1}'


def server(answering: Answering) -> Any:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/api/openapi.json":
            status, kind, body = 200, "application/json", json.dumps(document()).encode()
        else:
            raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            try:
                given = json.loads(raw)
            except ValueError:
                given = None
            status, kind, body = answering(environ, given)
        start_response(f"{status} Said", [("Content-Type", kind)])
        return [body]

    return app


def found(answering: Answering, people: World = SIGNED_IN) -> Findings:
    findings = Findings()
    (operation,) = [one.ok() for one in schema(server(answering)).get_all_operations()]
    _many(operation, people, findings, 60, 1)
    return findings


def changed(**to: Any) -> Answering:
    """Honest, but for what it answers where it would succeed."""

    def answering(environ: dict[str, Any], body: Any) -> tuple[int, str, bytes]:
        status, kind, said = honest(environ, body)
        return (
            (to.get("status", status), to.get("kind", kind), to.get("said", said))
            if status == 200
            else (status, kind, said)
        )

    return answering


@pytest.mark.parametrize("people", [SIGNED_IN, NOBODY], ids=["signed in", "nobody"])
def test_an_honest_server_breaches_nothing(people):
    findings = found(honest, people)
    assert (findings.errors, findings.breaches) == (0, {})
    assert findings.cases >= 60
    assert {200, 422} <= set(findings.statuses) if people is SIGNED_IN else set(findings.statuses) == {401}


@pytest.mark.parametrize(
    ("answering", "told"),
    [
        (changed(status=500), "Server error"),
        (changed(status=201), "Undocumented status code"),
        (changed(kind="text/html"), "Undocumented Content-Type"),
        (changed(said=b'{"id": "one"}'), "Response violates schema"),
        (changed(said=b"{}"), "Response violates schema"),
        (
            lambda environ, body: (200, "application/json", b'{"id": 1}'),
            "API accepts requests without authentication",
        ),
        (
            lambda environ, body: honest(environ, {"n": 1}),
            "Schema-violating request accepted",
        ),
    ],
    ids=[
        "500",
        "undeclared status",
        "undeclared type",
        "wrong type",
        "missing field",
        "no door",
        "takes anything",
    ],
)
def test_each_broken_promise_is_found(answering, told):
    findings = found(answering)
    assert any(told in breach for breach in findings.breaches), findings.breaches
    assert findings.errors == (findings.statuses[500] if told == "Server error" else 0)


def test_the_table_names_roles_and_sums_and_a_breach_ends_non_zero(capsys):
    one = {
        "role": "manager",
        "cases": 9,
        "errors": 1,
        "statuses": {"200": 5, "422": 3, "500": 1},
        "seconds": 2.0,
    }
    text = program.table(
        [one | {"breaches": {"a": "b"}}, one | {"role": "signer", "breaches": {}}], seconds=3.0, seed=7
    )
    assert [line.split()[:6] for line in text.splitlines()[2:4]] == [
        ["manager", "9", "5", "3", "1", "1"],
        ["signer", "9", "5", "3", "1", "0"],
    ]
    assert text.splitlines()[-1].split() == ["all", "18", "2", "1", "3", "s", "seed", "7"]


def test_every_role_has_a_share_and_all_shares_are_one():
    assert set(program.ROLES_SHARE) == set(ROLES)
    assert sum(program.ROLES_SHARE.values()) == pytest.approx(1)
    assert program.FULL >= 20_000


def test_a_role_that_made_fewer_calls_than_its_share_fails_the_run(monkeypatch, capsys):
    def made(role: str, options: object, url: str) -> dict[str, Any]:
        cases = 199 if role == "signer" else 400
        return {
            "role": role,
            "cases": cases,
            "errors": 0,
            "statuses": {},
            "breaches": {},
            "seconds": 0.0,
        }

    monkeypatch.setattr(program, "fuzzed", made)
    monkeypatch.setattr(program, "database", lambda: contextlib.nullcontext(("", "SQLite")))
    monkeypatch.setattr("sys.argv", ["fuzz", "--cases=1000", "--seed=1"])
    assert program.main() == 1
    assert "TOO FEW as signer: 199 of 200 cases." in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["fuzz", "--cases=900", "--seed=1"])
    assert program.main() == 0


def test_half_of_the_callbacks_bring_the_real_token(settings):
    people = world("anonymous")
    assert people.callback_token == settings.SETU_CALLBACK_TOKENS[0]
    (operation,) = [
        one for each in schema(WSGIHandler()).get_all_operations() if "/webhooks/" in (one := each.ok()).path
    ]
    case = operation.Case(path_parameters={"token": "invented"})
    assert _about_what_is_there(case, people, 1).path_parameters == {"token": "invented"}
    assert _about_what_is_there(case, people, 2).path_parameters == {"token": people.callback_token}
