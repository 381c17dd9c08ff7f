"""The look: one GET from Setu, merged into the rows. The only writer of Setu's words (architecture: D1, D6)."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from core import jobs
from core.clock import database_now
from core.events import event_append
from core.models import Job
from signing.merge import Seen, SignerSeen, merge
from signing.models import SignatureRequest, Signer, SignerLink, Submission
from signing.services import schedule
from signing.services.moves import completion_move, request_end, request_locked, status_refresh
from signing.services.orphans import orphan_due
from signing.setu.client import SetuClient
from signing.setu.errors import SetuNotFound
from signing.setu.wire import SetuSignature
from signing.setu_provider import account_fingerprint
from signing.states import (
    REQUEST_JOB,
    SETU_COMPLETE,
    SETU_IN_PROGRESS,
    SETU_SIGNED,
    SETU_WORDS,
    Stage,
    Status,
)

log = logging.getLogger(__name__)
GONE_SECONDS = 600.0  # s between the two 404s it takes to believe that a request was withdrawn at Setu
GONE_ALL_SECONDS = 86_400.0  # s of 404s where all that could tell that Setu is well are gone too
STATUS_LENGTH, ERR_CODE_LENGTH = 40, 60  # of our columns: PostgreSQL refuses longer words
GONE_MANY = 10  # so many others at once are rather Setu's trouble, or ours, than so many withdrawals
DOUBTED = "Setu answered that it does not know this request"  # a sentence of the API begins with it


def request_look(
    *, claim: jobs.Claim, request: SignatureRequest, submission: Submission, setu: SetuClient
) -> None:
    """Ask Setu for the request's state and bring the rows up to it; settles the claim.

    Raises SetuUnavailable and SetuRefused (nothing is written then), LeaseLost.
    """
    assert submission.setu_id is not None  # noqa: S101  # the driver looks at submitted requests only
    try:
        seen = setu.signature(submission.setu_id)
    except SetuNotFound:
        gone_apply(request=request, claim=claim)
        return
    snapshot_apply(seen=seen, request=request, submission=submission, claim=claim)


@transaction.atomic
def snapshot_apply(
    *, seen: SetuSignature, request: SignatureRequest, submission: Submission, claim: jobs.Claim
) -> bool:
    """Bring one request up to what Setu answered. Every doorbell ends here.

    seen: Setu's answer to a GET, never a callback's body. Returns True if a state changed. Raises LeaseLost.
    """
    request = request_locked(request)
    shown, changed = snapshot_merge(seen=seen, request=request, submission=submission, claim=claim)
    if request.stage == Stage.SUBMITTED and shown.status == SETU_COMPLETE:
        completion_move(request)
    request.hint, soon = schedule.follow_up(request.hint, shown=shown)
    status_refresh(request, signer_statuses=[s.status for s in shown.signers.values()])
    request.save()
    jobs.settle(claim, next_in=_next_in(request, claim=claim, soon=soon), planned=soon is None)
    return changed


def snapshot_merge(
    *, seen: SetuSignature, request: SignatureRequest, submission: Submission, claim: jobs.Claim
) -> tuple[Seen, bool]:
    """Merge Setu's answer into a locked request and its signers; the caller saves the request.

    Returns what is known now, and whether it differs from before (then an event says so).
    """
    now = database_now()
    links = SignerLink.objects.filter(submission=submission).select_related("signer")
    signers = {link.setu_signer_id: link.signer for link in links}
    known = Seen(
        look=request.seen_look,
        status=request.setu_status,
        signers={key: SignerSeen(s.seen_look, s.setu_status, s.err_code) for key, s in signers.items()},
    )
    _links_refresh(links, seen)
    shown = merge(known, _as_seen(seen, look=claim.fence, of=signers))
    moved = [key for key, s in shown.signers.items() if _words(s) != _words(known.signers[key])]
    _signers_write([signers[key] for key in moved], [shown.signers[key] for key in moved], now=now)
    # Also of those who stand as they stood: an older look that comes late must not count as news of them.
    confirmed = [
        key for key, s in shown.signers.items() if s.look != known.signers[key].look and key not in moved
    ]
    Signer.objects.filter(id__in=[signers[key].id for key in confirmed]).update(seen_look=claim.fence)
    changed = bool(moved) or shown.status != known.status
    if shown.status not in SETU_WORDS:
        log.error("setu.unknown_status", extra={"request_id": request.id, "status": shown.status})
    request.setu_status, request.seen_look = shown.status, shown.look
    request.confirmed_at, request.confirmed_by, request.gone_at = now, claim.cause, None
    request.bucket_at = schedule.bucket_after(request.bucket_at, now=now)
    first_sight = not known.status and not moved  # Setu's first word on a request nobody has touched yet
    if (changed and not first_sight) or shown.status == SETU_IN_PROGRESS:
        request.activity_at = now
    if changed:
        event_append(
            chain=request.id,
            kind="look.changed",
            look=claim.fence,
            cause=claim.cause,
            setu_status=shown.status,
            signers={str(signers[key].id): list(_words(shown.signers[key])) for key in moved},
        )
    return shown, changed


def _as_seen(seen: SetuSignature, *, look: int, of: dict[str, Signer]) -> Seen:
    return Seen(
        look=look,
        status=seen.status[:STATUS_LENGTH],
        signers={
            s.id: SignerSeen(
                look,
                s.status[:STATUS_LENGTH],
                "" if s.status == SETU_SIGNED else (s.err_code or "")[:ERR_CODE_LENGTH],
            )
            for s in seen.signers
            if s.id in of
        },
    )


def _links_refresh(links: QuerySet[SignerLink], seen: SetuSignature) -> None:
    """Setu may answer a create without a signer's link, or give another one later."""
    urls = {signer.id: signer.url for signer in seen.signers}
    stale = [link for link in links if urls.get(link.setu_signer_id) not in (None, link.url)]
    for link in stale:
        link.url = urls[link.setu_signer_id] or ""
    SignerLink.objects.bulk_update(stale, ["url"])


def _words(signer: SignerSeen) -> tuple[str, str]:
    return signer.status, signer.err_code


def _signers_write(signers: list[Signer], shown: list[SignerSeen], *, now: datetime) -> None:
    for signer, new in zip(signers, shown, strict=True):
        signer.setu_status, signer.err_code, signer.seen_look = new.status, new.err_code, new.look
        if new.status == SETU_SIGNED and signer.signed_at is None:
            signer.signed_at = now
    Signer.objects.bulk_update(signers, ["setu_status", "err_code", "seen_look", "signed_at"])


def _next_in(request: SignatureRequest, *, claim: jobs.Claim, soon: float | None) -> float | None:
    if request.stage == Stage.ARCHIVING:
        return 0.0
    planned = schedule.next_look(
        now=database_now(), created_at=request.created_at, activity_at=request.activity_at
    )
    planned = None if planned is None else jobs.jittered(planned, claim=claim)
    orphan = orphan_due(request)  # it does not wait until a request that nobody signs is looked at again
    return min((due for due in (soon, planned, orphan) if due is not None), default=None)


@transaction.atomic
def gone_apply(*, request: SignatureRequest, claim: jobs.Claim) -> None:
    """Setu answered 404. Two of them ten minutes apart end the request, if Setu knows others meanwhile."""
    request, now = request_locked(request), database_now()
    request.bucket_at = schedule.bucket_after(request.bucket_at, now=now)
    first = request.gone_at is None
    request.gone_at = request.gone_at or now
    waited = (now - request.gone_at).total_seconds()
    wait: float | None = GONE_SECONDS
    doubted = False
    if first:
        another_asked(request)  # so that the next 404 can be judged
    elif waited < GONE_SECONDS:
        wait = GONE_SECONDS - waited
    elif is_doubtful(request, since=request.gone_at, waited=waited):
        doubted = True
    else:
        request_end(request, ending=Status.FAILED, reason="withdrawn_at_setu", now=now)
        event_append(chain=request.id, kind="request.failed", reason="withdrawn_at_setu")
        wait = orphan_due(request)
    request.save()
    jobs.settle(claim, next_in=wait, failure=DOUBTED if doubted else "")


def is_doubtful(request: SignatureRequest, *, since: datetime, waited: float) -> bool:
    """Whether it may be Setu that is wrong, or we: many requests are gone at once, or none has been found since.

    Where none is left that could be found, a request is believed to be gone: at once if it is the only one, after a
    day if others are gone too.
    """
    others = _others(request)
    gone = others.filter(gone_at__isnull=False).count()
    if gone >= GONE_MANY:
        log.error("setu.many_requests_gone", extra={"count": gone + 1})
        return True
    if others.filter(gone_at__isnull=True, confirmed_at__gte=since).exists():
        return False
    if another_asked(request) or (gone and waited < GONE_ALL_SECONDS):
        log.error("setu.no_request_found_since", extra={"request_id": request.id})
        return True
    return False


def another_asked(request: SignatureRequest) -> bool:
    """Have another request looked at, the one that was asked about longest ago. False if there is none to ask about.

    Those that are gone come back by themselves; two that ring each other would never rest.
    """
    others = _others(request)
    if others.filter(gone_at__isnull=False).count() >= GONE_MANY:
        return False  # each 404 would ask about one more, until all are gone
    dead = Job.objects.filter(kind=REQUEST_JOB, subject=OuterRef("id"), dead_at__isnull=False)
    askable = others.filter(~Exists(dead), stage=Stage.SUBMITTED, gone_at__isnull=True)
    other = askable.order_by(F("bucket_at").asc(nulls_first=True), "id").values_list("id", flat=True).first()
    if other is None:
        return False
    # Not in this transaction: two that ring each other's jobs would wait for each other.
    transaction.on_commit(lambda: jobs.ring(REQUEST_JOB, subject=other, cause="check"))
    return True


def _others(request: SignatureRequest) -> QuerySet[SignatureRequest]:
    """The other requests that are open at Setu, in this account."""
    return SignatureRequest.objects.filter(
        stage__in=(Stage.SUBMITTED, Stage.ARCHIVING),
        submissions__account=account_fingerprint(),
        submissions__orphaned_at__isnull=True,
    ).exclude(id=request.id)
