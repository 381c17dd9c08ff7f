"""Signed, short-lived links: a signer's way to Setu, and files for a browser that sends no token."""

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction

from core import jobs
from core.clock import database_now
from core.errors import NotFound
from core.events import event_append
from core.models import User
from signing.errors import AlreadySigned, BeingCancelled, LinkOver, NotYourTurn, RequestEnded
from signing.models import Document, SignedFile, Signer
from signing.selectors import document_get, signed_file_get, signer_link_get
from signing.services.moves import request_locked
from signing.states import REQUEST_JOB, SETU_SIGNED, SETU_SIGNER_IN_PROGRESS, SignerStatus, Stage

RELEASE_STEP = 600  # s: a link lives for one to two of these, so a list's polls keep their ETag
FILE_SECONDS = 300
RELEASE_SALT, FILE_SALT = "signing.release", "signing.file"


@dataclass(frozen=True)
class Blob:
    """A file as a browser gets it, and for the log: which, of what, and for whom."""

    name: str
    filename: str
    kind: str
    subject: UUID
    viewer: UUID


def release_url(*, signer_id: UUID, token_version: int) -> str:
    """Our own address that leads one signer on to Setu; the same for ten minutes."""
    until = (int(time.time()) // RELEASE_STEP + 2) * RELEASE_STEP
    return _release_url(signer_id.hex, token_version, until, settings.SECRET_KEY)


@lru_cache(maxsize=10_000)  # lists are polled every few seconds; signing is a good part of what one costs
def _release_url(signer: str, token_version: int, until: int, key: str) -> str:
    token = _signed(RELEASE_SALT, [signer, token_version, until])
    return f"{settings.PUBLIC_URL}/s/{token}/"


def signer_may_sign(*, stage: str, cancelling: bool, signer_status: str) -> bool:
    """Whether a signer has a link at all: the request is open at Setu, to stay so, and they have not signed."""
    return stage == Stage.SUBMITTED and not cancelling and signer_status != SignerStatus.SIGNED


def link_release(*, token: str) -> str:
    """Setu's address for the signer this link belongs to; recorded as an event.

    Raises LinkOver, NotFound, RequestEnded, BeingCancelled, NotYourTurn. Repeating is safe: the same address each time.
    """
    signer_id, version, until = _unsigned(RELEASE_SALT, token, length=3)
    signer = Signer.objects.select_related("user", "request").filter(id=UUID(signer_id)).first()
    if signer is None or not _valid(signer.user, version=version, until=until):
        raise LinkOver("This link has expired. Open SignFlow again and follow the link there.")
    waits = signer.setu_status != SETU_SIGNED and not signer.request.is_cancelling
    if waits and _somebody_else_signs(signer):
        jobs.ring(REQUEST_JOB, subject=signer.request_id, cause="link")  # they may have finished since
        raise NotYourTurn("Somebody else is signing this document just now. Try again in a few minutes.")
    return _release(signer)


def _somebody_else_signs(signer: Signer) -> bool:
    """Setu lets one person sign at a time and sends the others away."""
    others = Signer.objects.filter(request=signer.request_id, request__stage=Stage.SUBMITTED)
    return others.exclude(id=signer.id).filter(setu_status=SETU_SIGNER_IN_PROGRESS).exists()


@transaction.atomic
def _release(signer: Signer) -> str:
    request = request_locked(signer.request)
    signer.refresh_from_db(fields=["setu_status"])
    if signer.setu_status == SETU_SIGNED:
        raise AlreadySigned("You have signed this document. There is nothing left to do for you.")
    if not request.is_open:
        raise RequestEnded("This request has ended. There is nothing left to sign.")
    if request.is_cancelling:
        raise BeingCancelled("This request is being cancelled. There is nothing left to sign.")
    link = signer_link_get(signer=signer)
    if request.stage != Stage.SUBMITTED or link is None or not link.url:
        raise NotYourTurn("The signing page is not ready yet. Try again in a moment.")
    now = database_now()
    signer.released_at = request.activity_at = now
    signer.save(update_fields=["released_at"])
    request.save(update_fields=["activity_at"])
    event_append(chain=request.id, kind="link.released", actor=signer.user, signer=str(signer.id))
    if settings.ENABLE_SCHEDULER:
        soon = float(settings.CHECK_SECONDS_ACTIVE)
        jobs.ring(REQUEST_JOB, subject=request.id, cause=jobs.CLOCK, after_seconds=soon)
    return link.url


def original_url(*, document_id: UUID, viewer: User) -> str:
    return _file_url("original", document_id, viewer)


def signed_url(*, request_id: UUID, viewer: User) -> str:
    return _file_url("signed", request_id, viewer)


def file_open(*, token: str) -> Blob:
    """The file a link leads to; the viewer's rights are checked again. Raises LinkOver, NotFound."""
    kind, subject, user_id, version, until = _unsigned(FILE_SALT, token, length=5)
    viewer = User.objects.select_related("organization").filter(id=UUID(user_id)).first()
    if viewer is None or not _valid(viewer, version=version, until=until):
        raise LinkOver("This link has expired. Open SignFlow again and follow the link there.")
    if kind == "original":
        document: Document = document_get(viewer=viewer, document_id=UUID(subject))
        return Blob(document.blob, _filename(document.name), kind, document.id, viewer.id)
    file: SignedFile = signed_file_get(viewer=viewer, request_id=UUID(subject))
    filename = _filename(f"{file.request.document.name} (signed)")
    return Blob(file.blob, filename, kind, file.request_id, viewer.id)


def _file_url(kind: str, subject: UUID, viewer: User) -> str:
    until = int(time.time()) + FILE_SECONDS
    token = _signed(FILE_SALT, [kind, subject.hex, viewer.id.hex, viewer.token_version, until])
    return f"{settings.PUBLIC_URL}/files/{token}/"


def _filename(name: str) -> str:
    stem = name[:-4] if name.lower().endswith(".pdf") else name
    return "".join(c if c.isprintable() and c not in '/\\"' else "_" for c in stem) + ".pdf"


def _valid(user: User, *, version: int, until: int) -> bool:
    return user.is_active and user.token_version == version and until > time.time()


def _signed(salt: str, parts: list[Any]) -> str:
    return signing.Signer(salt=salt, sep=".").sign_object(parts)


def _unsigned(salt: str, token: str, *, length: int) -> list[Any]:
    try:
        parts = signing.Signer(salt=salt, sep=".").unsign_object(token)
    except (signing.BadSignature, ValueError):
        parts = None
    if not isinstance(parts, list) or len(parts) != length:
        raise NotFound("The link is not complete. Open SignFlow and follow the link there.")
    return parts
