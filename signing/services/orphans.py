"""Orphans: submissions that a newer one has replaced and that still are at Setu. They are owed a delete there."""

from django.db.models import F

from signing.models import SignatureRequest, Submission
from signing.setu_provider import account_fingerprint

ORPHAN_SECONDS = 600.0  # s between two tries to delete an orphan


def orphan_of(request: SignatureRequest) -> Submission | None:
    """The request's orphan that was tried longest ago. Another account's is left: it would seem gone here."""
    orphans = Submission.objects.filter(
        request=request,
        account=account_fingerprint(),
        orphaned_at__isnull=False,
        setu_id__isnull=False,
        deleted_at__isnull=True,
    )
    return orphans.order_by(F("delete_tried_at").asc(nulls_first=True)).first()


def after_the_end(request: SignatureRequest) -> float | None:
    """Seconds until an ended request's job is due again: while an orphan is left it is not done."""
    return ORPHAN_SECONDS if orphan_of(request) else None
