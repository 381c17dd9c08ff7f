"""Values that the API's examples share, so that they tell one story: Meera asks Asha and Ravi to sign."""

from typing import Any

from pydantic import ConfigDict

REQUEST = "8f14e45f-ceea-467f-a0e6-3b1f6d0f9a01"
DOCUMENT = "c9f0f895-fb98-4b91-99f2-51d0c7a5d602"
MEERA = "45c48cce-2e2d-4fbd-8a1f-0b3f7c9a1103"
ASHA = "d3d94468-02a4-4225-9f11-7e9b0c6d2204"
RAVI = "6512bd43-d9ca-46e0-8d1c-9e8f3a7b5505"
EVENT = "1f0e3dad-9990-4345-b743-9f8ffabdffc4"
TOKEN = "eyJhbGciOiJIUzI1NiJ9…"  # noqa: S105  # the head of any such token
LINK = "https://api.example.com/files/WyJzaWduZWQi…/"
RELEASE = "https://api.example.com/s/WyJkM2Q5NDQ2…/"


def example(value: dict[str, Any]) -> ConfigDict:
    """A schema's example, as its `model_config`."""
    return ConfigDict(json_schema_extra={"example": value})
