"""The API's contract changes only on purpose: the schema equals the copy kept beside this file."""

import json
import os
from pathlib import Path

import pytest
from ninja import Schema

import core.schemas
import signing.schemas
from signflow.api import api

KEPT = Path(__file__).with_name("openapi.json")
RENEW = "RENEW_OPENAPI"
OPERATIONS = [
    (f"{method} {path}", operation)
    for path, methods in api.get_openapi_schema()["paths"].items()
    for method, operation in methods.items()
]


def test_the_schema_is_the_kept_one():
    schema = json.dumps(api.get_openapi_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if os.environ.get(RENEW):
        KEPT.write_text(schema)
    assert schema == KEPT.read_text(), (
        f"The API has changed. If that is meant, run `{RENEW}=1 pytest tests/test_openapi.py`, "
        "look at the difference, and write a line in CHANGELOG."
    )


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_each_operation_is_described(name, operation):
    assert operation.get("summary"), f"{name} has no summary"
    assert operation.get("description", "").strip().endswith((".", ")")), f"{name} has no description"
    assert "tags" in operation


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_each_operation_behind_the_door_declares_401(name, operation):
    assert not operation.get("security") or "401" in {str(status) for status in operation["responses"]}


def test_every_refusal_is_a_problem():
    for name, operation in OPERATIONS:
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                reference = answer["content"]["application/problem+json"]["schema"]["$ref"]
                assert reference == "#/components/schemas/Problem", f"{name} {status}"


def schemas_of(operation):
    """The names of the schemas a caller sends and gets on success."""
    contents = [operation.get("requestBody", {})] + [
        answer for status, answer in operation["responses"].items() if int(status) < 300
    ]
    for content in contents:
        for kind, described in content.get("content", {}).items():
            if kind == "application/json":
                schema = described["schema"]
                (schema,) = schema.get("allOf", [schema])  # so is a body that may be left out
                yield schema.get("items", schema)["$ref"].split("/")[-1]


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_each_operation_shows_an_example_of_what_goes_in_and_out(name, operation):
    components = api.get_openapi_schema()["components"]["schemas"]
    for schema in schemas_of(operation):
        assert components[schema].get("example"), f"{name}: {schema} has no example"


@pytest.mark.parametrize(
    "schema",
    [
        member
        for module in (core.schemas, signing.schemas)
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, Schema) and "example" in member.model_json_schema()
    ],
)
def test_an_example_is_one_that_the_schema_takes(schema):
    example = schema.model_json_schema()["example"]
    assert schema.model_validate(example)
    assert set(example) <= set(schema.model_fields)


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_each_operation_that_takes_a_body_says_what_becomes_of_a_broken_or_a_large_one(name, operation):
    declared = {str(status) for status in operation["responses"]}
    assert "requestBody" not in operation or {"400", "413"} <= declared, name
