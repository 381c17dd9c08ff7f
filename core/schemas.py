"""What goes in and out of the people's part of the API, and the bases every schema shares."""

import re
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from core.examples import ASHA, TOKEN, example


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
