"""What a callback must bring in its headers, where the settings ask for it: Setu documents none of it for eSign.

Each proof that is set must be there, with the new or the old secret. All comparisons take the same time whatever is
wrong, and nothing but the settings is asked: no row is read or written for a callback that fails here.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping

from django.conf import settings

from core.errors import NotFound

Headers = Mapping[str, str]


class Unproven(NotFound):
    """The token was right and a proof was not: answered like an unknown address."""


def headers_check(headers: Headers) -> None:
    """HTTP basic and the API key, before the body is read. Raises Unproven."""
    if settings.SETU_CALLBACK_BASIC and not _one_of(_credentials(headers), settings.SETU_CALLBACK_BASIC):
        raise Unproven
    keys = settings.SETU_CALLBACK_API_KEYS
    if keys and not _one_of(headers.get(settings.SETU_CALLBACK_API_KEY_HEADER, "").encode(), keys):
        raise Unproven


def body_check(headers: Headers, raw: bytes) -> None:
    """The HMAC-SHA256 of the body's bytes, in hex or base64, after an optional `sha256=`. Raises Unproven."""
    secrets = settings.SETU_CALLBACK_HMAC_SECRETS
    if not secrets:
        return
    given = _mac(headers.get(settings.SETU_CALLBACK_HMAC_HEADER, ""))
    matches = [hmac.compare_digest(given, hmac.digest(secret.encode(), raw, "sha256")) for secret in secrets]
    if not any(matches):
        raise Unproven


def asked_for() -> list[str]:
    """The proofs that the settings ask for, in words without secrets."""
    found = (
        ("HTTP basic", settings.SETU_CALLBACK_BASIC),
        (f"a key in {settings.SETU_CALLBACK_API_KEY_HEADER}", settings.SETU_CALLBACK_API_KEYS),
        (f"the body's HMAC in {settings.SETU_CALLBACK_HMAC_HEADER}", settings.SETU_CALLBACK_HMAC_SECRETS),
    )
    return [
        f"{words} ({len(secrets)} valid)" if len(secrets) > 1 else words
        for words, secrets in found
        if secrets
    ]


def _one_of(given: bytes, known: Iterable[str]) -> bool:
    digest = hashlib.sha256(given).digest()
    return any([hmac.compare_digest(digest, hashlib.sha256(each.encode()).digest()) for each in known])  # noqa: C419  # all are compared


def _credentials(headers: Headers) -> bytes:
    scheme, _, value = headers.get("Authorization", "").partition(" ")
    return _unbased(value.strip()) if scheme.lower() == "basic" else b""


def _mac(text: str) -> bytes:
    text = text.strip()
    if text[:7].lower() == "sha256=":
        text = text[7:]
    return bytes.fromhex(text) if re.fullmatch("[0-9a-fA-F]{64}", text) else _unbased(text)


def _unbased(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
