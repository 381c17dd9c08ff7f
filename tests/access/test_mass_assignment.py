"""What a caller may send is what the document names: a field more (`status`, `role`, `organization`) is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.models import User
from signflow.api import api
from tests.builders import PASSWORD, make_document
from tests.client import Api

SCHEMA = api.get_openapi_schema()
COVETED = (
    "status", "stage", "role", "is_superuser", "is_manager", "organization", "organization_id", "owner", "created_by",
    "id", "token_version", "is_active", "setu_id", "setu_status", "ending", "__class__",
)  # fmt: skip


def bodies() -> Iterator[tuple[str, str]]:
    """(path, name of the schema) of each operation that takes JSON."""
    for path, operations in SCHEMA["paths"].items():
        for operation in operations.values():
            schema = (
                operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            )
            if schema:
                (schema,) = schema.get("allOf", [schema])
                yield path, schema["$ref"].split("/")[-1]


BODIES = sorted(set(bodies()))


def objects(name: str, seen: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A schema and all that it holds."""
    if name not in seen:
        seen.add(name)
        schema = SCHEMA["components"]["schemas"][name]
        yield name, schema
        for reference in _references(schema.get("properties", {})):
            yield from objects(reference, seen)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"].split("/")[-1]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def test_there_are_bodies_to_look_at():
    assert {"SignIn", "NewUser", "NewRequest", "CancelIn"} <= {name for _, name in BODIES}


@pytest.mark.parametrize(("path", "name"), BODIES)
def test_the_document_closes_every_object_that_is_sent(path, name):
    for inner, schema in objects(name, set()):
        if schema.get("type") == "object":
            assert schema.get("additionalProperties") is False, f"{path}: {inner}"


@pytest.mark.django_db
@pytest.mark.parametrize("field", COVETED)
@pytest.mark.parametrize(("path", "name"), BODIES)
def test_a_field_more_is_refused_by_its_name(path, name, field, manager, asha):
    known = SCHEMA["components"]["schemas"][name]["properties"]
    if field in known:
        return
    document = make_document(by=manager)
    every: dict[str, dict[str, Any]] = {
        "SignIn": {"username": "meera", "password": PASSWORD},
        "Refresh": {"refresh": "x"},
        "NewUser": {"username": "new", "password": PASSWORD},
        "NewPassword": {"old_password": PASSWORD, "new_password": "seven quiet lamps"},
        "NewRequest": {"documentId": str(document.id), "signers": [{"identifier": str(asha.id)}]},
        "CancelIn": {},
    }
    good = every[name]
    people = list(User.objects.order_by("id").values())
    url = path.removeprefix("/api/").format(request_id=document.id)
    answer = Api(manager).post(url, good | {field: "mine"})
    assert answer.status_code == 422
    assert field in answer.json()["detail"]
    assert list(User.objects.order_by("id").values()) == people
    if name == "NewRequest":
        inner = {"identifier": str(asha.id), field: "mine"}
        assert Api(manager).post(url, good | {"signers": [inner]}).status_code == 422
