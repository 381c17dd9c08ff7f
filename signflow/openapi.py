"""What Ninja's OpenAPI document lacks: problems under their own content type, with an example of each status."""

from http.client import responses as REASONS  # noqa: N812
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from core.problems import BY_STATUS, CONTENT_TYPE

BODY_STATUSES = (400, 413)  # whatever takes a body may be sent one that cannot be read, or is too large
PROBLEM = "#/components/schemas/Problem"
SENTENCES = {
    409: ("conflict", "What there is does not allow this now."),
    422: ("invalid", "A field is not valid."),
}


class DescribedAPI(NinjaAPI):
    """Ninja's API, whose document says of every refusal that it is a problem (RFC 9457), and names what all have."""

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**given)
        for operations in schema["paths"].values():
            for operation in operations.values():
                responses = operation["responses"]
                for status in BODY_STATUSES if "requestBody" in operation else ():
                    responses.setdefault(status, _refusal(status))
                for status, answer in responses.items():
                    _describe(int(status), answer)
                operation["responses"] = dict(sorted(responses.items(), key=lambda item: int(item[0])))
        return schema


def _refusal(status: int) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": PROBLEM}}}
    return {"description": REASONS[status], "content": content}


def _describe(status: int, answer: dict[str, Any]) -> None:
    content = answer.get("content", {})
    if content.get("application/json", {}).get("schema", {}).get("$ref") != PROBLEM:
        return
    code, detail = (BY_STATUS | SENTENCES)[status]
    example = {"type": f"urn:signflow:problem:{code}", "title": detail.split(".")[0], "status": status}
    described = content.pop("application/json") | {"example": example | {"code": code, "detail": detail}}
    content[CONTENT_TYPE] = described
