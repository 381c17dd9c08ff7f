"""Lists are polled every few seconds: an unchanged one costs no body (RFC 9110, conditional requests)."""

import hashlib
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified


def json_with_etag(request: HttpRequest, data: Any) -> HttpResponse:
    """JSON with an ETag, or 304 when the caller holds the same. `no-cache`: browsers ask each time."""
    body = orjson.dumps(data, option=orjson.OPT_UTC_Z)
    etag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    same = etag in known
    response = HttpResponseNotModified() if same else HttpResponse(body, content_type="application/json")
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Authorization"
    return response
