"""Tokens nobody gave out: each made from a good one by one change, as a forger would try."""

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

Claims = dict[str, Any]
HEAD = {"alg": "HS256", "typ": "JWT"}
OTHER_KEY = b"a key of somebody else's, long enough to be taken for one"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def part(value: Any) -> str:
    return b64(json.dumps(value).encode())


def made(head: Claims, claims: Any, key: bytes, digest: str = "sha256") -> str:
    signed = f"{part(head)}.{part(claims)}"
    return f"{signed}.{b64(hmac.new(key, signed.encode(), digest).digest())}"


def with_claims(**changed: Any) -> Callable[[Claims, bytes, str], str]:
    """Signed with the right key: only the claim is wrong. None drops it."""

    def forge(claims: Claims, key: bytes, good: str) -> str:
        return made(HEAD, {k: v for k, v in (claims | changed).items() if v is not None}, key)

    return forge


def in_seconds(name: str, seconds: int) -> Callable[[Claims, bytes, str], str]:
    return lambda claims, key, good: made(HEAD, claims | {name: claims["iat"] + seconds}, key)


def with_head(key: bytes | None = None, **changed: Any) -> Callable[[Claims, bytes, str], str]:
    """A head that asks to be believed in another way; signed with `key`, or not at all."""
    return lambda claims, ours, good: made(HEAD | changed, claims, OTHER_KEY if key is None else key)


def unsigned(algorithm: Any) -> Callable[[Claims, bytes, str], str]:
    return lambda claims, key, good: f"{part(HEAD | {'alg': algorithm})}.{part(claims)}."


def edited(**changed: Any) -> Callable[[Claims, bytes, str], str]:
    """Another body under the good token's own head and signature."""

    def forge(claims: Claims, key: bytes, good: str) -> str:
        head, _, signature = good.split(".")
        return f"{head}.{part(claims | changed)}.{signature}"

    return forge


JWK = {"kty": "oct", "k": b64(OTHER_KEY)}
SOMEBODY = "00000000-0000-4000-8000-000000000000"
FORGED: dict[str, Callable[[Claims, bytes, str], str]] = {
    "alg none": unsigned("none"),
    "alg None": unsigned("None"),
    "alg NONE": unsigned("NONE"),
    "alg empty": unsigned(""),
    "alg null": unsigned(None),
    "alg a list": unsigned(["HS256", "none"]),
    "none, with the good signature": lambda claims, key, good: (
        f"{part(HEAD | {'alg': 'none'})}.{part(claims)}.{good.split('.')[2]}"
    ),
    "HS384 by the right key": lambda claims, key, good: made(HEAD | {"alg": "HS384"}, claims, key, "sha384"),
    "HS512 by the right key": lambda claims, key, good: made(HEAD | {"alg": "HS512"}, claims, key, "sha512"),
    "says RS256, signed by the right key": lambda claims, key, good: made(HEAD | {"alg": "RS256"}, claims, key),
    "says ES256, signed by another key": with_head(alg="ES256"),
    "another key": with_head(),
    "an empty key": with_head(b""),
    "the audience as the key": with_head(b"signflow"),
    "kid of an empty file": with_head(b"", kid="../../../../dev/null"),
    "kid with SQL": with_head(kid="x' UNION SELECT 'key'--"),
    "kid with a command": with_head(kid="key|/usr/bin/id"),
    "its own key in the head": with_head(jwk=JWK),
    "a key set elsewhere": with_head(jku="http://127.0.0.1:1/keys.json"),
    "a certificate elsewhere": with_head(x5u="http://127.0.0.1:1/cert.pem"),
    "an extension that must be understood": lambda claims, key, good: made(HEAD | {"crit": ["x"], "x": 1}, claims, key),
    "refresh as access": with_claims(token_type="refresh"),
    "type unknown": with_claims(token_type="sliding"),
    "no type": with_claims(token_type=None),
    "another audience": with_claims(aud="another-service"),
    "no audience": with_claims(aud=None),
    "another issuer": with_claims(iss="another-service"),
    "no issuer": with_claims(iss=None),
    "expired a second ago": in_seconds("exp", -1),
    "no expiry": with_claims(exp=None),
    "expiry is a word": with_claims(exp="never"),
    "not before the next minute": in_seconds("nbf", 60),
    "issued in a minute": in_seconds("iat", 60),
    "an older version": with_claims(ver=-1),
    "a later version": with_claims(ver=1),
    "the version as text": with_claims(ver="0"),
    "no version": with_claims(ver=None),
    "no user": with_claims(user_id=None),
    "user is a list": with_claims(user_id=[SOMEBODY]),
    "user unknown": with_claims(user_id=SOMEBODY),
    "user with SQL": with_claims(user_id="' OR 1=1 --"),
    "user changed": edited(user_id=SOMEBODY),
    "role added": edited(role="manager", is_superuser=True),
    "version changed": edited(ver=7),
    "expiry put off": edited(exp=4_102_444_800),
    "claims are a list": lambda claims, key, good: made(HEAD, [claims], key),
    "claims are no JSON": lambda claims, key, good: f"{part(HEAD)}.{b64(b'{')}.{good.split('.')[2]}",
    "signature cut off": lambda claims, key, good: good.rsplit(".", 1)[0] + ".",
    "two parts": lambda claims, key, good: good.rsplit(".", 1)[0],
    "four parts": lambda claims, key, good: f"{good}.{good.split('.')[2]}",
    "a letter less": lambda claims, key, good: good[:-1],
    "first letters of the signature changed": lambda claims, key, good: (
        f"{good.rsplit('.', 1)[0]}.AAAA{good.rsplit('.', 1)[1][4:]}"
    ),
    "a dot of Unicode": lambda claims, key, good: good.replace(".", "\u3002"),
    "a letter of Unicode": lambda claims, key, good: f"{good}\u0430",
    "two tokens": lambda claims, key, good: f"{good} {good}",
    "nothing but dots": lambda claims, key, good: "..",
    "a megabyte less": lambda claims, key, good: "A" * 8000,
}  # fmt: skip
