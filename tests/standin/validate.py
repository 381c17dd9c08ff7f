"""What Setu accepts in an upload and in a create; the first thing wrong is the answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.standin.errors import invalid_payload

POSITIONS = ("top-left", "top-right", "bottom-left", "bottom-right")
HEIGHT, WIDTH, RATIO = 60, 180, 3
LARGEST_BOX = 2000  # points; a stand-in's bound, Setu names none
LONGEST = 2000  # characters of any text field; likewise ours


@dataclass(frozen=True)
class SignerPlan:
    """One signer as asked for in a create."""

    identifier: str
    display_name: str
    birth_year: str | None
    location: str | None
    pages: list[int]
    position: str
    height: float
    width: float
    optional: bool = False
    boxes: list[list[float]] = field(default_factory=list)


Places = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class RequestPlan:
    """The body of a create, checked, except against the document itself."""

    document_id: str
    redirect_url: str
    reason: str | None
    signers: list[SignerPlan]


def request_plan(body: Any, *, signer_cap: int, places: Places | None = None) -> RequestPlan:
    """Read a create's body. Unknown keys are ignored. Raises ApiError `invalid_payload`.

    places: with a signing config, what it says about a signer's places; else each signer brings a `signature`.
    """
    if not isinstance(body, dict):
        raise invalid_payload("The body must be a JSON object.")
    signers = body.get("signers")
    document_id = _text(body, "documentId")
    redirect_url = _text(body, "redirectUrl")
    if not _is_web_address(redirect_url):
        raise invalid_payload("redirectUrl must be an absolute http(s) URL.")
    if not isinstance(signers, list) or not signers:
        raise invalid_payload("signers must be a non-empty list.")
    if len(signers) > signer_cap:
        raise invalid_payload(f"At most {signer_cap} signers are allowed.")
    return RequestPlan(
        document_id=document_id,
        redirect_url=redirect_url,
        reason=_optional_text(body, "reason"),
        signers=[_signer(signer, places or _places) for signer in signers],
    )


def _signer(body: Any, places: Places) -> SignerPlan:
    if not isinstance(body, dict):
        raise invalid_payload("Each signer must be an object.")
    where = places(body)
    birth_year = _optional_text(body, "birthYear")
    if birth_year is not None and not (len(birth_year) == 4 and birth_year.isdecimal()):
        raise invalid_payload("signers[].birthYear must be four digits, as a string.")
    _optional_text(body, "geoCoordinate")  # accepted, and never shown again
    return SignerPlan(
        identifier=_text(body, "identifier"),
        display_name=_text(body, "displayName"),
        birth_year=birth_year,
        location=_optional_text(body, "location"),
        **where,
    )


def _places(body: dict[str, Any]) -> dict[str, Any]:
    signature = body.get("signature")
    if not isinstance(signature, dict):
        raise invalid_payload("signers[].signature is required.")
    position = signature.get("position")
    if position not in POSITIONS:
        raise invalid_payload("Invalid position value.")
    height, width = _box(signature)
    return {
        "pages": _pages(signature.get("onPages")),
        "position": position,
        "height": height,
        "width": width,
    }


def _pages(value: Any) -> list[int]:
    """Page numbers, 1-based, which Setu wants as strings."""
    if not isinstance(value, list) or not value:
        raise invalid_payload("signature.onPages must be a non-empty list.")
    for page in value:
        if not (isinstance(page, str) and page.isascii() and page.isdecimal() and 0 < int(page) < 100_000):
            raise invalid_payload('signature.onPages must hold page numbers as strings, from "1".')
    return list(dict.fromkeys(int(page) for page in value))


def _box(signature: dict[str, Any]) -> tuple[float, float]:
    """Height and width in points; one given, the other follows at 1:3."""
    height, width = signature.get("height"), signature.get("width")
    for side in (height, width):
        if side is not None and (
            isinstance(side, bool) or not isinstance(side, int) or not 0 < side <= LARGEST_BOX
        ):
            raise invalid_payload("signature.height and width must be positive integers.")
    if height is not None:
        return height, width if width is not None else height * RATIO
    return (width / RATIO, width) if width is not None else (HEIGHT, WIDTH)


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value.strip():
        raise invalid_payload(f"{key} is required.")
    return _short(key, value)


def _optional_text(body: dict[str, Any], key: str) -> str | None:
    value = body.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise invalid_payload(f"{key} must be a string.")
    return _short(key, value)


def _short(key: str, value: str) -> str:
    if len(value) > LONGEST:
        raise invalid_payload(f"{key} is too long.")
    return value


def _is_web_address(value: str) -> bool:
    if any(character.isspace() or not character.isprintable() for character in value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
