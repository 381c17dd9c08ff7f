"""Submissions that Setu does not find: one 404 is not believed, nor any while Setu finds no request at all."""

from core.clock import database_now
from signing.models import SignatureRequest, Submission
from signing.services.look import GONE_SECONDS, another_asked, is_doubtful


def submission_gone(*, request: SignatureRequest, submission: Submission) -> bool:
    """Note that Setu answered 404. True, with the submission taken for removed, once that is believed.

    As with a request's own (signing/services/look.py): somebody may have signed it all the same. The caller holds the
    request's lock.
    """
    now, known = database_now(), Submission.objects.get(id=submission.id)
    if known.gone_at is None:
        known.gone_at = now
        another_asked(request)  # so that the next 404 can be judged
    waited = (now - known.gone_at).total_seconds()
    if waited >= GONE_SECONDS and not is_doubtful(request, since=known.gone_at, waited=waited):
        known.deleted_at = now
    known.save(update_fields=["gone_at", "deleted_at"])
    return known.deleted_at is not None


def submission_found(submission: Submission) -> None:
    """Setu knows it: an earlier 404 is forgotten."""
    if submission.gone_at:
        Submission.objects.filter(id=submission.id).update(gone_at=None)
