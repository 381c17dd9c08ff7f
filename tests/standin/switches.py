"""Where Setu's documentation leaves a choice or contradicts itself: what the stand-in does until told otherwise."""

from dataclasses import asdict, dataclass, fields
from typing import Any

CHOICES: dict[str, tuple[str, ...]] = {
    "download_404": ("signature_request_not_found", "document_not_found"),
    "name_match": ("off", "show", "reject"),
}
DOES = {
    "failure_is_pending": "A failed attempt leaves sign_pending although nobody has signed (otherwise sign_initiated).",
    "naive_join": "The way back is joined to redirectUrl by a second “?” when the address has a query of its own.",
    "capital_booleans": "The way back says success=True and False (otherwise true and false).",
    "download_404": "The code of download's 404 for a request that is unknown or deleted.",
    "empty_trace": "traceId is empty in errors.",
    "name_match": "Names are compared with Aadhaar's: off; shown as nameMatchDetails; or rejected below the threshold.",
    "name_threshold": "The lowest match, in percent, that is not rejected.",
    "late_optional": "An optional signer may still sign after sign_complete (otherwise the link says it is too late).",
}


@dataclass
class Switches:
    """They hold for everybody until switched back."""

    failure_is_pending: bool = False
    naive_join: bool = False
    capital_booleans: bool = False
    download_404: str = "signature_request_not_found"
    empty_trace: bool = False
    name_match: str = "off"
    name_threshold: float = 70.0
    late_optional: bool = False

    def set(self, changes: dict[str, Any]) -> None:
        """All of them or, if one is wrong, none. Raises ValueError."""
        usual = {field.name: field.default for field in fields(self)}
        for name, value in changes.items():
            if name not in usual:
                raise ValueError(f"unknown switch {name!r}; known: {', '.join(usual)}")
            if isinstance(usual[name], bool) is not isinstance(value, bool):
                raise ValueError(f"{name} must be like {usual[name]!r}")
            if name in CHOICES and value not in CHOICES[name]:
                raise ValueError(f"{name} must be one of {', '.join(CHOICES[name])}")
            if name == "name_threshold" and not (isinstance(value, int | float) and 0 <= value <= 100):
                raise ValueError("name_threshold must be a number from 0 to 100")
        for name, value in changes.items():
            setattr(self, name, value)

    def facts(self) -> dict[str, Any]:
        return asdict(self)

    def clear(self) -> None:
        self.set(Switches().facts())
