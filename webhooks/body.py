"""A callback's body: of the right kind, and no longer than a notification can be, whatever its headers say."""

import re

from django.http import HttpRequest, UnreadablePostError

from core.errors import NotSupported, TooLarge

BODY_MAX = 262_144  # bytes
CHARSETS = ("utf-8", "utf8", "us-ascii")


def body_read(request: HttpRequest) -> bytes:
    """The body's bytes, at most BODY_MAX. Raises NotSupported, TooLarge, and UnreadablePostError if it breaks off."""
    kind, charset = (request.content_type or "").lower(), (request.content_params or {}).get("charset", "")
    # One that names no type is judged by what it holds.
    if kind not in ("", "application/json") and not (
        kind.startswith("application/") and kind.endswith("+json")
    ):
        raise NotSupported("A notification is JSON: Content-Type: application/json.")
    if charset and charset.strip("\"'").lower() not in CHARSETS:
        raise NotSupported("A notification is JSON in UTF-8.")
    raw: bytes | None
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raw = _chunks(request)
    else:
        stated = request.headers.get("Content-Length") or "0"
        raw = request.body if re.fullmatch("[0-9]{1,9}", stated) and int(stated) <= BODY_MAX else None
    if raw is None or len(raw) > BODY_MAX:
        raise TooLarge(f"A notification has at most {BODY_MAX // 1024} KiB.")
    return raw


def _chunks(request: HttpRequest) -> bytes:
    """A body that does not say its length: Django takes it for empty, Gunicorn hands it out until its end."""
    if not request.META.get("wsgi.input_terminated"):
        return b""
    try:
        raw: bytes = request.META["wsgi.input"].read(BODY_MAX + 1)
    except Exception as error:  # a chunk that is none; each server has errors of its own
        raise UnreadablePostError(*error.args) from error
    return raw
