"""What goes in and out of the people's part of the API, and the bases every schema shares."""

import re
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from core.examples import ASHA, EVENT, MEERA, TOKEN, example
from core.models import SecurityKind, SecurityReason


class In(Schema):
    """A request body: unknown members are refused, and so are NUL characters, which PostgreSQL cannot keep."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def no_nul_characters(cls, data: Any) -> Any:
        refuse_nul(data)
        return data


def refuse_nul(value: Any) -> None:
    """Raise ValueError if a NUL character is anywhere in a JSON value, however deeply it is nested."""
    waiting = [value]  # not recursive: 1,000 brackets in a body must not exhaust the stack
    while waiting:
        item = waiting.pop()
        if isinstance(item, str) and "\0" in item:
            raise ValueError("The text holds a NUL character.")
        if isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item


class Problem(Schema):
    """RFC 9457: what went wrong, for a person (`detail`) and for a program (`code`)."""

    model_config = example(
        {
            "type": "urn:signflow:problem:not_found",
            "title": "Not found",
            "status": 404,
            "code": "not_found",
            "detail": "There is no such signature request.",
        }
    )

    type: str
    title: str
    status: int
    code: str
    detail: str


Text = Annotated[str, StringConstraints(strict=True)]


def only_iso_dates(value: Any) -> Any:
    """Pydantic also reads numbers, as seconds since 1970: "19900412" would be a day in August 1970."""
    if value is not None and not (
        isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)
    ):
        raise PydanticCustomError("date_type", "must be a date as YYYY-MM-DD")
    return value


Password = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=128)]


class SignIn(In):
    model_config = example({"username": "meera", "password": "correct horse battery staple"})

    username: Text = Field(max_length=500)
    password: Text = Field(max_length=4096)


class Tokens(Schema):
    model_config = example(
        {"access": TOKEN, "refresh": TOKEN, "user_id": ASHA, "user_username": "asha", "is_manager": False}
    )

    access: str
    refresh: str
    user_id: UUID
    user_username: str
    is_manager: bool


class Refresh(In):
    model_config = example({"refresh": TOKEN})

    refresh: Text = Field(max_length=4096)


class Access(Schema):
    model_config = example({"access": TOKEN})

    access: str


class NewPassword(In):
    model_config = example(
        {"old_password": "correct horse battery staple", "new_password": "seven quiet lamps by the river"}
    )

    old_password: Text = Field(max_length=4096)
    new_password: Password


class NewUser(In):
    model_config = example(
        {
            "username": "asha",
            "password": "correct horse battery staple",
            "dob": "1990-04-12",
            "is_staff": False,
            "full_name": "Asha Rao",
        }
    )

    username: Annotated[
        str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=150)
    ]
    password: Password
    dob: Annotated[date | None, BeforeValidator(only_iso_dates)] = Field(
        None, description="Date of birth, YYYY-MM-DD."
    )
    is_staff: StrictBool = Field(False, description="True makes a manager. It does not open the admin site.")
    full_name: Annotated[str, StringConstraints(strict=True, strip_whitespace=True, max_length=120)] = ""


class UserOut(Schema):
    model_config = example(
        {"id": ASHA, "username": "asha", "full_name": "Asha Rao", "dob": "1990-04-12", "is_manager": False}
    )

    id: UUID
    username: str
    full_name: str
    dob: date | None
    is_manager: bool


class SelectableUser(Schema):
    """One row of the frontend's list of people to choose signers from."""

    model_config = example({"identifier": ASHA, "displayName": "asha", "birthYear": 1990})

    identifier: str
    displayName: str  # noqa: N815  # the frontend's name
    birthYear: int | None  # noqa: N815


class PersonOut(Schema):
    """Somebody in the security log. username: null once the person was erased."""

    model_config = example({"id": ASHA, "username": "asha"})

    id: UUID
    username: str | None


SIGN_IN_REFUSED = {
    "id": EVENT,
    "at": "2026-05-03T09:12:40Z",
    "kind": "sign_in_refused",
    "reason": "wrong_password",
    "account": {"id": ASHA, "username": "asha"},
    "actor": None,
    "by_support": False,
    "count": 3,
    "network": "203.0.113.0/24",
    "http_request": "0b6f3c1a8b5e4d0f9d1c2b3a4f5e6d7c",
}


class SecurityEventOut(Schema):
    """One line of the security log.

    actor: who did it, signed in; null for a try to sign in, for `manage.py onboard`, and for support (by_support).
    count: how many tries within the minute that begins about `at`. network: around the caller's address; empty for a
    command, `several` where tries of one minute came from different ones. http_request: the answer's X-Request-ID.
    """

    model_config = example(SIGN_IN_REFUSED)

    id: UUID
    at: datetime
    kind: SecurityKind
    reason: SecurityReason | None
    account: PersonOut
    actor: PersonOut | None
    by_support: bool
    count: int
    network: str
    http_request: str


class SecurityLog(Schema):
    """A page of the security log, newest first. next: pass it as `before` for the next page; null at the end."""

    model_config = example(
        {
            "events": [
                SIGN_IN_REFUSED,
                SIGN_IN_REFUSED
                | {"id": MEERA, "kind": "account_created", "reason": None, "count": 1}
                | {"actor": {"id": MEERA, "username": "meera"}},
            ],
            "next": None,
        }
    )

    events: list[SecurityEventOut]
    next: UUID | None
