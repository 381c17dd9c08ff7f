"""Asking for signatures: the request and its job are committed together; the worker takes it to Setu."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from core import jobs
from core.aadhaar import aadhaar_refuse
from core.errors import Invalid, NotFound
from core.events import event_append
from core.models import User
from signing.boxes import Box, NoRoomLeft, boxes_placed
from signing.errors import DocumentInUse, NoRoom, RequestEnded
from signing.models import Document, SignatureRequest, Signer
from signing.models.signer import Corner
from signing.selectors import document_get
from signing.services.doorbells import person_rung
from signing.services.moves import request_locked, stage_move, status_refresh
from signing.states import REQUEST_JOB, Stage


@dataclass(frozen=True)
class Asked:
    """One signer as asked for."""

    user_id: UUID
    pages: tuple[int, ...]
    corner: Corner
    height: int = 60
    width: int = 180


def request_create(
    *, by: User, document_id: UUID, signers: Sequence[Asked], reason: str = ""
) -> tuple[SignatureRequest, bool]:
    """Ask people to sign a document; returns the request and whether it is new.

    Repeating with the same body returns the request there is (a double click); with another body while it is open, or
    while it is being cancelled, DocumentInUse. An ended request gives its document a copy. Raises NotFound, Invalid,
    NoRoom, AadhaarNotWanted.
    """
    aadhaar_refuse(reason=reason)
    asked = _digest(signers, reason)
    with transaction.atomic():
        document = _first_upload(document_get(viewer=by, document_id=document_id))
        present = _present_request(document)
        if present and present.is_open:
            if present.is_cancelling:
                raise DocumentInUse(
                    "The request on this document is being cancelled. Ask again when it has ended, or upload it again."
                )
            if present.asked == asked:
                return present, False
            raise DocumentInUse(
                "People are being asked to sign this document already. Upload it again to ask others."
            )
        users = _users(by=by, signers=signers)
        boxes = _boxes(signers, page_count=document.pages)
        if present:
            document = _copy(document, by=by)
        request = SignatureRequest.objects.create(
            organization=by.tenant, document=document, created_by=by, reason=reason, asked=asked
        )
        Signer.objects.bulk_create(
            Signer(
                request=request,
                user=users[one.user_id],
                no=no,
                display_name=users[one.user_id].display_name,
                birth_year=users[one.user_id].birth_year,
                pages=list(box.pages),
                corner=box.corner,
                height=one.height,
                width=one.width,
            )
            for no, (one, box) in enumerate(zip(signers, boxes, strict=True), start=1)
        )
        event_append(
            chain=request.id,
            kind="request.created",
            actor=by,
            document=str(document.id),
            signers=[str(one.user_id) for one in signers],
        )
        jobs.ring(REQUEST_JOB, subject=request.id, cause="created")
    return request, True


@transaction.atomic
def request_check(*, request: SignatureRequest, by: User) -> SignatureRequest:
    """A person asks to look at Setu now; a quarantined file is fetched and checked anew, and work
    that had been given up is taken up again. Raises RequestEnded.

    Repeating is safe; Setu is spared by the bucket.
    """
    locked = request_locked(request)
    if not locked.is_open:
        raise RequestEnded("This request has ended; its state is final.", request_status=locked.status)
    if locked.stage == Stage.QUARANTINED and not locked.is_cancelling:
        stage_move(locked, Stage.ARCHIVING)
        locked.bad_file, locked.bad_file_times, locked.ending_reason = "", 0, ""
        status_refresh(locked)
        locked.save()
        event_append(chain=locked.id, kind="request.checked_again", actor=by)
    person_rung(locked, cause="check")
    return locked


def _digest(signers: Sequence[Asked], reason: str) -> str:
    body = json.dumps([[asdict(one) for one in signers], reason], default=str, sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()


def _users(*, by: User, signers: Sequence[Asked]) -> dict[UUID, User]:
    if not signers:
        raise Invalid("Choose at least one signer.", code="signers_missing")
    if len(signers) > settings.SIGNERS_MAX:
        raise Invalid(
            f"At most {settings.SIGNERS_MAX} people can sign one document.", code="too_many_signers"
        )
    ids = {one.user_id for one in signers}
    if len(ids) < len(signers):
        raise Invalid("A person can be asked only once for the same document.", code="signer_twice")
    # Locked, in one order, against accounts that are closed in this very moment (core/erasure.py).
    people = User.objects.select_for_update(no_key=True).filter(organization=by.tenant, is_active=True)
    users = {user.id: user for user in people.filter(id__in=ids).order_by("id")}
    if len(users) < len(ids):
        raise Invalid("One of the signers is not a person of your organization.", code="signer_unknown")
    return users


def _boxes(signers: Sequence[Asked], *, page_count: int) -> list[Box]:
    for one in signers:
        if not all(1 <= page <= page_count for page in one.pages):
            pages = "1 page" if page_count == 1 else f"{page_count} pages"
            raise Invalid(
                f"The document has {pages}; a signature is asked for on another one.", code="page_missing"
            )
    try:
        return boxes_placed(
            [Box(pages=one.pages, corner=one.corner) for one in signers], page_count=page_count
        )
    except NoRoomLeft:
        raise NoRoom(
            "There are more signatures than free corners from the chosen page to the last one."
        ) from None


def _first_upload(document: Document) -> Document:
    """The document of which this is a copy, or itself; locked, so that two clicks follow each other."""
    found = Document.objects.select_for_update().filter(id=document.copy_of_id or document.id).first()
    if found is None:  # purged in this very moment
        raise NotFound("There is no such document.")
    return found


def _present_request(document: Document) -> SignatureRequest | None:
    """The open request on a document or one of its copies, else an ended one. Clocks of machines are not asked."""
    family = SignatureRequest.objects.filter(Q(document=document) | Q(document__copy_of=document))
    return family.exclude(stage=Stage.ENDED).first() or family.first()


def _copy(document: Document, *, by: User) -> Document:
    """Another row for the same bytes: one request hangs on one document."""
    return Document.objects.create(
        organization=document.organization,
        name=document.name,
        blob=document.blob,
        size=document.size,
        pages=document.pages,
        created_by=by,
        copy_of=document,
    )
