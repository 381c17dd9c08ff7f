"""Signing configs: places in page units, and signers whose signature is not required.

Create takes the signers as such, update takes them within `config` and answers a version; requests always
follow the latest version there was when they were made.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from tests.standin.errors import ApiError, invalid_payload
from tests.standin.validate import HEIGHT, POSITIONS, WIDTH, Places

EDGES = ("lowerLeftX", "lowerLeftY", "upperRightX", "upperRightY")
LARGEST = 20_000  # points from the origin
LAST_PAGE = 99_999


@dataclass
class SigningConfig:
    id: str
    owner: str
    versions: list[list[dict[str, Any]]]

    def places(self) -> Places:
        """What the latest version says about each signer of a create. Its answers raise ApiError."""
        signers, taken = self.versions[-1], set[int]()

        def place(body: dict[str, Any]) -> dict[str, Any]:
            number = body.get("signerNo", body.get("signerConfigNumber"))
            if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= len(signers):
                raise invalid_payload(f"signers[].signerNo must be a number from 1 to {len(signers)}.")
            if number in taken:
                raise invalid_payload(f"signerNo {number} is used twice.")
            taken.add(number)
            signer = signers[number - 1]
            boxes = [
                [page + 1, *(float(rectangle["coordinate"][edge]) for edge in EDGES)]
                for rectangle in signer["signRectangles"]
                for page in rectangle["pages"]
            ]
            return {
                "pages": list(dict.fromkeys(int(box[0]) for box in boxes)),
                "position": POSITIONS[2],
                "height": HEIGHT,
                "width": WIDTH,
                "optional": signer["optional"],
                "boxes": boxes,
            }

        return place


def config_not_found() -> ApiError:
    return ApiError(404, "config_id_not_found", "No such signing config.")


def config_id(body: Any, *, required: bool) -> str | None:
    """The config's id as the client chose it. Raises ApiError."""
    if not isinstance(body, dict):
        raise invalid_payload("The body must be a JSON object.")
    value = body.get("configId")
    if value is None and not required:
        return None
    try:
        return str(uuid.UUID(value))
    except (ValueError, TypeError, AttributeError) as error:
        raise invalid_payload("configId must be a UUID.") from error


def config_signers(body: Any, *, signer_cap: int) -> list[dict[str, Any]]:
    """The signers of a config, checked. Raises ApiError `invalid_payload`."""
    signers = body.get("signers") if isinstance(body, dict) else None
    if not isinstance(signers, list) or not 0 < len(signers) <= signer_cap:
        raise invalid_payload(f"signers must be a list of one to {signer_cap}.")
    return [_signer(signer) for signer in signers]


def _signer(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise invalid_payload("Each signer must be an object.")
    rectangles, optional = body.get("signRectangles"), body.get("optional", False)
    if not isinstance(optional, bool):
        raise invalid_payload("signers[].optional must be true or false.")
    if not isinstance(rectangles, list) or not 0 < len(rectangles) <= 100:
        raise invalid_payload("signers[].signRectangles must be a list of one to a hundred.")
    return {"optional": optional, "signRectangles": [_rectangle(each) for each in rectangles]}


def _rectangle(body: Any) -> dict[str, Any]:
    coordinate = body.get("coordinate") if isinstance(body, dict) else None
    pages = body.get("pages") if isinstance(body, dict) else None
    if not isinstance(coordinate, dict) or not all(_number(coordinate.get(edge)) for edge in EDGES):
        raise invalid_payload(f"coordinate needs {', '.join(EDGES)}, as numbers.")
    left, bottom, right, top = (coordinate[edge] for edge in EDGES)
    if left >= right or bottom >= top:
        raise invalid_payload("The upper right corner must lie above and to the right of the lower left one.")
    if not isinstance(pages, list) or not 0 < len(pages) <= 1000 or not all(map(_page, pages)):
        raise invalid_payload("pages must be a list of page numbers, from 0.")
    return {"coordinate": {edge: coordinate[edge] for edge in EDGES}, "pages": pages}


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LARGEST


def _page(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LAST_PAGE
