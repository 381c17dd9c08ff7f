"""Setu's eSign API, one method a call.

Nothing is retried here: whether to repeat, and when, is known only to the caller. Every method raises
SetuUnavailable (with SetuDenied) and SetuRefused (with SetuNotFound); each says whether repeating it is safe.
Paths are sent without a trailing slash, as in Setu's OpenAPI file, and a redirect is an error: following one
could turn a POST into a GET.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from .answers import error_of
from .carrier import (
    NOT_SENT,
    Clock,
    Cutoff,
    Deadline,
    DeadlinePassed,
    PacedBytes,
    TooMuch,
    open_client,
    read_capped,
)
from .errors import SetuNotFound, SetuUnavailable
from .pinned import PinnedTransport
from .wire import ID_LENGTH, SetuDocument, SetuDownload, SetuSignature

MAX_ANSWER = 2_000_000  # bytes
READ_SECONDS = 12.0
UPLOAD_SECONDS = 25.0
CREATE_SECONDS = 15.0
DELETE_SECONDS = 12.0

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSigner:
    """A signer to be asked, and where their mark goes.

    identifier: our own opaque reference, unique within the request; never an Aadhaar number.
    pages: counted from 1. position: "bottom-left" and the like. height, width: in points, best 1 to 3.
    """

    identifier: str
    display_name: str
    birth_year: int | None
    pages: Sequence[int]
    position: str
    height: int
    width: int


class SetuClient:
    """One per process is enough: it is thread-safe. No call outlasts its limit, however little Setu sends at a time.

    transport: None goes to the network. clock: what total deadlines are measured on.
    """

    def __init__(
        self,
        *,
        base_url: str,
        client_id: str,
        client_secret: str,
        product_instance_id: str,
        transport: httpx.BaseTransport | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._clock = clock
        # Whatever addresses Setu has are right, but finding and trying them takes no longer than those of its storage.
        network = transport or PinnedTransport(judge=lambda _: True)
        self._http = open_client(
            base_url=base_url,
            headers={
                "Accept": "application/json",
                "x-client-id": client_id,
                "x-client-secret": client_secret,
                "x-product-instance-id": product_instance_id,
            },
            transport=network,
        )

    def close(self) -> None:
        """The client is of no use afterwards."""
        self._http.close()

    def upload(self, *, name: str, content: bytes) -> str:
        """POST /api/documents (quickstart, "Upload document"): the new document's id.

        Safe to repeat: a lost answer leaves an orphan document. The id serves one signature request only.
        """
        deadline = Deadline(UPLOAD_SECONDS, self._clock)
        # No `password` part, although Setu's OpenAPI file requires one: signing links are said to break with
        # it.
        body = self._call(
            "POST",
            "/api/documents",
            deadline=deadline,
            data={"name": name},
            files={"document": ("document.pdf", PacedBytes(content, deadline), "application/pdf")},
        )
        return _read(SetuDocument, body).id

    def create(
        self, *, document_id: str, redirect_url: str, reason: str | None, signers: Sequence[NewSigner]
    ) -> SetuSignature:
        """POST /api/signature (quickstart, "Create signature request").

        NOT safe to repeat with another document: there is no idempotency key and no way to list requests. After
        an error with `maybe_done` send the same document: it serves one request, so `invalid_document` means that
        the first call made one. That can only be recognised by its document id and redirect URL.
        """
        payload: dict[str, Any] = {
            "documentId": document_id,
            "redirectUrl": redirect_url,
            "signers": [_signer_json(signer) for signer in signers],
        }
        if reason:
            payload["reason"] = reason
        deadline = Deadline(CREATE_SECONDS, self._clock)
        return _read(SetuSignature, self._call("POST", "/api/signature", deadline=deadline, json=payload))

    def signature(self, setu_id: str) -> SetuSignature:
        """GET /api/signature/{id} (quickstart, "Get signature request"). Safe to repeat.

        The only proof of a request's state. SetuNotFound: it was deleted, or never was.
        """
        return _read(SetuSignature, self._get(f"/api/signature/{_segment(setu_id)}"))

    def download_link(self, setu_id: str) -> SetuDownload:
        """GET /api/signature/{id}/download (quickstart, "Download signed document"). Safe to repeat.

        Each call mints a new short-lived link. SetuRefused with code `document_not_signed` until all have
        signed; SetuNotFound, under either of two codes, when deleted.
        """
        return _read(SetuDownload, self._get(f"/api/signature/{_segment(setu_id)}/download"))

    def delete(self, setu_id: str) -> None:
        """POST /api/signature/{id}/delete (quickstart, "Delete signature request"). Safe to repeat: gone is
        done.

        The only way to stop a request. Deletes the document too, signed or not.
        """
        try:
            self._call(
                "POST",
                f"/api/signature/{_segment(setu_id)}/delete",
                deadline=Deadline(DELETE_SECONDS, self._clock),
            )
        except SetuNotFound:
            return

    def _get(self, path: str) -> bytes:
        return self._call("GET", path, deadline=Deadline(READ_SECONDS, self._clock))

    def _call(self, method: str, path: str, *, deadline: Deadline, **content: Any) -> bytes:
        """Send one request, raise what its answer stands for, return a success's body."""
        try:
            with (
                Cutoff(deadline.left()) as cutoff,
                self._http.stream(method, path, extensions={"trace": cutoff.trace}, **content) as response,
            ):
                status, headers = response.status_code, response.headers
                try:
                    body = read_capped(response, deadline=deadline, max_bytes=MAX_ANSWER)
                except (httpx.HTTPError, DeadlinePassed, TooMuch):
                    if 200 <= status < 300:
                        raise
                    # A failure's status is answer enough.
                    body = b""
        # `from None`: what httpx raises carries the request, and with it our keys.
        except NOT_SENT as error:
            raise SetuUnavailable(type(error).__name__, maybe_done=False) from None
        except (httpx.HTTPError, DeadlinePassed, TooMuch) as error:
            raise SetuUnavailable(type(error).__name__, maybe_done=True) from None
        if error_found := error_of(status=status, headers=headers, body=body):
            raise error_found
        return body


def _read(model: type[T], body: bytes) -> T:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        # pydantic's own error quotes the body.
        raise SetuUnavailable("unreadable success", maybe_done=True, status=200) from None


def _segment(setu_id: str) -> str:
    """An id as one path segment. Ids may come from a stranger's callback: none may lead to another path."""
    if not 0 < len(setu_id) <= ID_LENGTH or not setu_id.strip("."):
        raise SetuNotFound(status=404, code="unusable_id")
    return quote(setu_id, safe="")


def _signer_json(signer: NewSigner) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "identifier": signer.identifier,
        "displayName": signer.display_name,
        "signature": {
            "onPages": [str(page) for page in signer.pages],
            "position": signer.position,
            "height": signer.height,
            "width": signer.width,
        },
    }
    # Left out when unknown: a "None" or "null" sent is compared with the Aadhaar and fails.
    if signer.birth_year is not None:
        entry["birthYear"] = str(signer.birth_year)
    return entry
