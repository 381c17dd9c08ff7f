"""Setu's JSON, read once.

What is not named here is not kept, so `signatureDetails` (a person's Aadhaar name, birth year, gender,
postcode) never gets past this file. Setu writes "nothing" in five ways; here it becomes None. Words we do
not know pass as text: a new status must not stop us from reading the rest.

Shapes: SetuHQ/docs content/data/esign/quickstart.mdx and notifications.mdx, api-references/data/esign.json.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

ID_LENGTH = 200
WORD_LENGTH = 64
URL_LENGTH = 4000
EVENT = "ESIGN_WEBHOOK_NOTIFICATION"
WORD = re.compile(r"[A-Za-z0-9_.:-]+")
NUMBER = re.compile(r"[0-9]{5,}|(?:[0-9]{4}[_.:-]){2}")
NO_WORD = "not_a_word"

# The contract's own spelling is left; Setu may correct itself one day.
CORRECTED_SPELLINGS = {"invalid_otp": "invaild_otp", "txn_value_mismatch": "tnx_value_mismatch"}


class NotANotice(ValueError):
    """A callback body that names no signature request."""


def _nothing(value: object) -> object:
    return None if value in ("", "None", {}) else value


def _no_nul(value: str) -> str:
    # PostgreSQL cannot store a NUL, and no honest id holds one.
    if "\0" in value:
        raise ValueError("holds a NUL character")
    return value


def _word(value: object) -> object:
    """Clip what is only compared with known words: a longer one is unknown either way.

    Words are kept and logged, so what is a sentence, a name or a person's number is not taken for one.
    """
    if not isinstance(value, str) or not value:
        return value
    word = value.replace("\0", "")[:WORD_LENGTH]
    return word if WORD.fullmatch(word) and not NUMBER.search(word) else NO_WORD


def _err_code(value: object) -> object:
    word = _nothing(_word(value))
    return CORRECTED_SPELLINGS.get(word, word) if isinstance(word, str) else None


Id = Annotated[str, Field(min_length=1, max_length=ID_LENGTH), AfterValidator(_no_nul)]
Word = Annotated[str, BeforeValidator(_word), Field(min_length=1)]
Url = Annotated[str, Field(min_length=1, max_length=URL_LENGTH), AfterValidator(_no_nul)]
OptionalUrl = Annotated[Url | None, BeforeValidator(_nothing)]
ErrCode = Annotated[str | None, BeforeValidator(_err_code)]


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class SetuSigner(_Wire):
    """One signer. Setu's order changes from answer to answer: match by `id`, on create by `identifier`.

    err_code: how the last attempt ended, None if it did not fail. The signer stays `pending` with it.
    url: whoever has it can sign, so treat it as a secret. Callbacks carry none.
    """

    id: Id
    identifier: Annotated[str, Field(max_length=ID_LENGTH), AfterValidator(_no_nul)]
    status: Word
    err_code: ErrCode = Field(default=None, validation_alias="errCode")
    url: OptionalUrl = None


class SetuSignature(_Wire):
    """A signature request, as create and GET /api/signature/{id} answer it."""

    id: Id
    document_id: Id = Field(validation_alias="documentId")
    status: Word
    redirect_url: OptionalUrl = Field(default=None, validation_alias="redirectUrl")
    signers: tuple[SetuSigner, ...]


class SetuDocument(_Wire):
    """An uploaded document. Its id serves one signature request only."""

    id: Id


class SetuDownload(_Wire):
    """Where the signed file can be fetched. `url` is a bearer secret: never store, log or show it."""

    url: Url = Field(validation_alias="downloadUrl")


_OBJECT: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
_ID: TypeAdapter[str] = TypeAdapter(Id)
_WORD: TypeAdapter[str] = TypeAdapter(Word)


class SetuNotice(_Wire):
    """A callback's claim. Nobody signs it, so it is a hint to go and look, never proof of anything."""

    setu_id: Id
    event: Word | None = None
    document_id: Id | None = None
    status: Word | None = None
    signers: tuple[SetuSigner, ...] = ()

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read a callback body. Everything but the request's id may be missing or odd, and is then dropped.

        Raises NotANotice, whose text quotes nothing of the body.
        """
        try:
            body = _OBJECT.validate_json(raw)
        except ValidationError:
            raise NotANotice("not a JSON object") from None
        claim = _mapping(_mapping(body.get("data")).get("esign"))
        setu_id = _tolerated(_ID, claim.get("id"))
        if setu_id is None:
            raise NotANotice("no usable data.esign.id")
        return cls(
            setu_id=setu_id,
            event=_tolerated(_WORD, body.get("event")),
            document_id=_tolerated(_ID, claim.get("documentId")),
            status=_tolerated(_WORD, claim.get("status")),
            signers=_tolerated_signers(claim.get("signers")),
        )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _tolerated(adapter: TypeAdapter[str], value: object) -> str | None:
    try:
        return adapter.validate_python(_nothing(value), strict=True)
    except ValidationError:
        return None


def _tolerated_signers(value: object) -> tuple[SetuSigner, ...]:
    signers = []
    for item in value if isinstance(value, list) else []:
        try:
            signers.append(SetuSigner.model_validate(item))
        except ValidationError:
            continue
    return tuple(signers)
