"""Orphans: submissions that a newer one has replaced and that still are at Setu. They are owed an end there."""

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from core.clock import after, database_now
from core.prepared import Prepared
from signing.models import SignatureRequest, Stray, Submission
from signing.services import schedule
from signing.services.moves import request_locked
from signing.services.stalled import request_resume
from signing.setu_provider import account_fingerprint
from signing.states import StrayOutcome

ORPHAN_SECONDS = 600.0  # s between two looks at an orphan
ORPHAN_FAILED_SECONDS = (
    60.0  # s after a look or a delete that Setu did not answer, or in which the worker died
)
KEPT = Exists(Stray.objects.filter(setu_id=OuterRef("setu_id"), outcome=StrayOutcome.SIGNED))


def orphan_of(request: SignatureRequest) -> Submission | None:
    """The request's orphan that was tried longest ago. Another account's is left: it would seem gone here."""
    mine = orphans_at_setu(signed=False).filter(request=request, account=account_fingerprint())
    return mine.order_by(F("delete_tried_at").asc(nulls_first=True)).first()


def orphans_at_setu(*, signed: bool) -> QuerySet[Submission]:
    """Orphans that are not removed at Setu: those kept there because somebody has signed them, or the others."""
    return _left().filter(KEPT if signed else ~KEPT, setu_id__isnull=False)


def orphans_counted() -> dict[str, int]:
    """How many are to be removed at Setu, are kept there, and of how many nobody knows whether they are there."""
    known = Q(setu_id__isnull=False)
    return _left().aggregate(
        at_setu=Count("id", filter=known & ~Q(KEPT)),
        signed=Count("id", filter=known & Q(KEPT)),
        outcome_unknown=Count("id", filter=~known),
    )


def _left() -> QuerySet[Submission]:
    return Submission.objects.filter(orphaned_at__isnull=False, deleted_at__isnull=True)


def orphan_due(request: SignatureRequest) -> float | None:
    """Seconds until the request's job is due again for an orphan's sake, at the latest; None if none is left."""
    orphan = orphan_of(request)
    return max(1.0, orphan_rest(orphan)) if orphan else None


def orphan_rest(orphan: Submission) -> float:
    """Seconds until its turn; 0: it is now."""
    if orphan.delete_tried_at is None:
        return 0.0
    return max(0.0, ORPHAN_SECONDS - (database_now() - orphan.delete_tried_at).total_seconds())


def orphan_tried(orphan: Submission, *, answered: bool) -> None:
    """Its next turn comes in ten minutes, or in one where Setu has not answered."""
    ago = 0.0 if answered else ORPHAN_SECONDS - ORPHAN_FAILED_SECONDS
    Submission.objects.filter(id=orphan.id).update(delete_tried_at=after(-ago))


_orphan_called = Prepared(
    lambda setu_id: Submission.objects.filter(setu_id=setu_id, orphaned_at__isnull=False).values_list("id"),
    setu_id=str,
)


def orphan_rung(*, setu_id: str) -> None:
    """Somebody names an orphan that we know: its turn is now, though at most once in ten seconds. Repeating is safe."""
    if not _orphan_called.rows(setu_id=setu_id):  # each callback asks, and few name an orphan
        return
    rested = Q(delete_tried_at__isnull=True) | Q(delete_tried_at__lt=after(-schedule.BUCKET_SECONDS))
    orphan = Submission.objects.filter(rested, setu_id=setu_id).select_related("request").first()
    if orphan:
        request_locked(orphan.request)
        submission_asked_for(orphan)


def submission_asked_for(submission: Submission) -> None:
    """Somebody names it, so it may live though Setu did not find it. The caller holds the request's lock."""
    Submission.objects.filter(id=submission.id).update(delete_tried_at=None, gone_at=None, deleted_at=None)
    request_resume(submission.request)


def submission_named(*, submission: Submission, setu_id: str) -> Submission:
    """Record one of Setu's ids that bears the submission's reference; returns the row that holds it.

    A second id under one reference becomes an orphan of its own, so that none is forgotten. The caller holds the
    request's lock. Repeating is safe.
    """
    known = Submission.objects.filter(setu_id=setu_id).first()
    if known:
        return known
    if Submission.objects.filter(id=submission.id, setu_id__isnull=True).update(setu_id=setu_id):
        return Submission.objects.get(id=submission.id)
    now = database_now()
    return Submission.objects.create(
        request_id=submission.request_id,
        no=next_no(submission.request),
        account=account_fingerprint(),
        setu_id=setu_id,
        create_sent_at=now,
        orphaned_at=now,
    )


def next_no(request: SignatureRequest) -> int:
    """The place of the request's next submission. The caller holds the request's lock."""
    last = Submission.objects.filter(request=request).order_by("-no").values_list("no", flat=True).first()
    return (last or 0) + 1
