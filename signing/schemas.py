"""What goes in and out of the documents' and requests' part of the API, in the frontend's names."""

import re
from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field, StrictInt, StringConstraints, field_validator

from core.examples import ASHA, DOCUMENT, LINK, RAVI, RELEASE, REQUEST, example
from core.schemas import In
from signing.models.signer import Corner

Ignored = Annotated[
    str | int | None, Field(default=None, description="Not used: the server looks people up.")
]


class BoxIn(In):
    """Where a signature goes. Signers who ask for the same spot are moved to free ones."""

    position: Corner = Corner.BOTTOM_LEFT
    onPages: Annotated[  # noqa: N815  # the frontend's names, here and below
        list[str],
        Field(min_length=1, max_length=500, description="Page numbers as text, the first page is “1”."),
    ] = ["1"]
    height: Annotated[StrictInt, Field(ge=20, le=200, description="Points.")] = 60
    width: Annotated[
        StrictInt, Field(ge=40, le=260, description="Points; two must fit beside each other.")
    ] = 180

    @field_validator("onPages")
    @classmethod
    def page_numbers(cls, pages: list[str]) -> list[str]:
        if not all(re.fullmatch(r"[1-9][0-9]{0,5}", page) for page in pages):
            raise ValueError("must hold page numbers, such as “1”")
        if len(set(pages)) < len(pages):
            raise ValueError("names a page twice")
        return pages


class SignerIn(In):
    identifier: str = Field(max_length=64, description="The person's id, from `GET /api/users/list/`.")
    displayName: Ignored  # noqa: N815
    birthYear: Ignored  # noqa: N815
    signature: BoxIn = BoxIn()

    @field_validator("identifier", mode="before")
    @classmethod
    def text_or_number(cls, value: object) -> object:
        return str(value) if isinstance(value, int) else value


class NewRequest(In):
    model_config = example(
        {
            "documentId": DOCUMENT,
            "reason": "Rent agreement for 2027",
            "signers": [
                {"identifier": ASHA, "signature": {"onPages": ["4"], "position": "bottom-left"}},
                {"identifier": RAVI, "signature": {"onPages": ["4"], "position": "bottom-right"}},
            ],
        }
    )

    documentId: UUID  # noqa: N815
    redirectUrl: Ignored  # noqa: N815
    reason: Annotated[str, StringConstraints(strict=True, strip_whitespace=True, max_length=200)] = ""
    signers: list[SignerIn] = Field(min_length=1, max_length=1000)


class CancelIn(In):
    model_config = example({"reason": "The wrong contract was uploaded."})

    reason: Annotated[
        str,
        StringConstraints(strict=True, strip_whitespace=True, max_length=200),
        Field(description="Shown to those who see the request."),
    ] = ""


class DocumentOut(Schema):
    model_config = example(
        {
            "id": DOCUMENT,
            "name": "Rent agreement",
            "pages": 4,
            "size": 48213,
            "created_at": "2027-01-05T06:10:00Z",
            "document_url": LINK,
        }
    )

    id: UUID
    name: str
    pages: int
    size: int = Field(description="Bytes.")
    created_at: datetime
    document_url: str = Field(description="Downloads the original; valid for five minutes.")


class SignerOut(Schema):
    identifier: str
    displayName: str  # noqa: N815
    status: str
    url: str | None = Field(description="Leads the caller, and nobody else, on to Setu's signing page.")
    signed_at: datetime | None
    errCode: str | None = Field(description="How the last attempt failed, in Setu's words.")  # noqa: N815
    errMeaning: str | None = Field(description="The same as a sentence.")  # noqa: N815


_REQUEST = {
    "id": REQUEST,
    "documentId": DOCUMENT,
    "document_name": "Rent agreement",
    "document_url": LINK,
    "status": "sign_pending",
    "status_reason": None,
    "reason": "Rent agreement for 2027",
    "created_at": "2027-01-05T06:12:00Z",
    "ended_at": None,
    "cancelling": False,
    "cancel_asked_at": None,
    "cancel_reason": None,
    "confirmed_at": "2027-01-05T06:20:31Z",
    "confirmed_by": "callback",
    "next_check_at": "2027-01-05T06:21:04Z",
    "trouble": None,
    "signers": [
        {
            "identifier": ASHA,
            "displayName": "asha",
            "status": "signed",
            "url": None,
            "signed_at": "2027-01-05T06:20:31Z",
            "errCode": None,
            "errMeaning": None,
        },
        {
            "identifier": RAVI,
            "displayName": "ravi",
            "status": "pending",
            "url": RELEASE,
            "signed_at": None,
            "errCode": "otp_expired",
            "errMeaning": "The one-time password has expired.",
        },
    ],
}


class RequestOut(Schema):
    model_config = example(_REQUEST)

    id: UUID
    documentId: UUID  # noqa: N815
    document_name: str
    document_url: str = Field(description="Downloads the original; valid for five minutes.")
    status: str
    status_reason: str | None = Field(description="Why a request failed or is quarantined.")
    reason: str
    created_at: datetime
    ended_at: datetime | None
    cancelling: bool = Field(
        description="Its end is decided and being carried out at Setu; until then `status` stays what it is."
    )
    cancel_asked_at: datetime | None = Field(description="When somebody decided to cancel it.")
    cancel_reason: str | None = Field(description="Why, in that person's words.")
    confirmed_at: datetime | None = Field(description="When Setu last told us the state.")
    confirmed_by: str | None = Field(
        description="Who rang for it: created, callback, return, check, link, cancel, adoption, clock …"
    )
    next_check_at: datetime | None = Field(description="When we ask Setu next.")
    trouble: str | None = Field(description="What holds the request up just now, as a sentence; else null.")
    signers: list[SignerOut]


_ROW = {
    "signature_id": REQUEST,
    "document_id": DOCUMENT,
    "document_name": "Rent agreement",
    "status": "sign_pending",
    "status_reason": None,
    "created_at": "2027-01-05T06:12:00Z",
    "signers": [
        {"user_id": ASHA, "username": "asha", "status": "signed", "signer_url": None},
        {"user_id": RAVI, "username": "ravi", "status": "pending", "signer_url": RELEASE},
    ],
}


class RowSigner(Schema):
    user_id: UUID
    username: str
    status: str
    signer_url: str | None


class Row(Schema):
    """A row of the frontend's tables."""

    model_config = example(_ROW)

    signature_id: UUID
    document_id: UUID
    document_name: str
    status: str
    status_reason: str | None
    created_at: datetime
    signers: list[RowSigner]


class Download(Schema):
    model_config = example({"downloadUrl": LINK})

    downloadUrl: str = Field(description="Valid for five minutes, without a token.")  # noqa: N815
