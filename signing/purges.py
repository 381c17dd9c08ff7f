"""What of the business is purged, and which stored files its rows need.

Documents and files that anybody was asked to sign stay: they are the parties' evidence.
"""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from core.blobs import blobs_let_go, register_holder
from core.clock import after
from core.models import Job
from core.retention import rows_locked, rule
from signing.models import Document, SignatureRequest, SignedFile, SignerLink, Stray
from signing.states import REQUEST_JOB, STRAY_JOB, Stage, StrayOutcome


@register_holder
def named_blobs(names: Collection[str]) -> set[str]:
    return {
        name
        for model in (Document, SignedFile)
        for name in model._default_manager.filter(blob__in=names).values_list("blob", flat=True)
    }


def documents_delete(documents: QuerySet[Document]) -> int:
    """Delete documents that nobody was asked to sign, and let their files go. Returns how many."""
    with transaction.atomic():
        rows_locked(documents)  # as by somebody who asks for signatures on one just now
        chosen = list(documents.values_list("pk", "blob"))
        Document.objects.filter(pk__in=[pk for pk, _ in chosen]).delete()
        blobs_let_go(blob for _, blob in chosen)
    return len(chosen)


def unused(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Those that no request hangs on, nor on a copy."""
    return documents.filter(request__isnull=True, copies__isnull=True)


@rule(
    "documents",
    says="Uploads that nobody was asked to sign.",
    setting="KEEP_UNUSED_DOCUMENTS_DAYS",
    drop=documents_delete,
)
def unused_documents(seconds: float) -> QuerySet[Document]:
    return unused(Document.objects.filter(created_at__lt=after(-seconds)))


def ended(seconds: float) -> QuerySet[SignatureRequest]:
    return SignatureRequest.objects.filter(stage=Stage.ENDED, ended_at__lt=after(-seconds))


@transaction.atomic
def _links_blanked(links: QuerySet[Any]) -> int:
    return links.update(url="")


@rule(
    "signers' links",
    says="Setu's links of requests that have ended.",
    setting="KEEP_SETU_DAYS",
    drop=_links_blanked,
)
def signer_links(seconds: float) -> QuerySet[SignerLink]:
    return SignerLink.objects.filter(submission__request__in=ended(seconds)).exclude(url="")


@rule(
    "strays", says="Ids of Setu's that somebody named, once looked up and decided.", setting="KEEP_SETU_DAYS"
)
def strays(seconds: float) -> QuerySet[Stray]:
    return Stray.objects.filter(named_at__lt=after(-seconds)).exclude(outcome__in=("", StrayOutcome.SIGNED))


@transaction.atomic
def _jobs_laid_to_rest(jobs: QuerySet[Any]) -> int:
    """The row stays: its fence says up to which look the request's rows may go (signing/services/drift.py)."""
    return jobs.update(dead_at=None, due_at=None, crashes=0, failures=0, last_error="")


@rule(
    "dead jobs",
    says="Work that was given up, of requests that have ended.",
    setting="KEEP_JOBS_DAYS",
    drop=_jobs_laid_to_rest,
)
def dead_jobs(seconds: float) -> QuerySet[Job]:
    over = ended(seconds).filter(id=OuterRef("subject"))
    return Job.objects.filter(Exists(over), kind=REQUEST_JOB, dead_at__lt=after(-seconds))


@rule("strays' jobs", says="Done work of strays that are gone.")
def stray_jobs(seconds: float) -> QuerySet[Job]:
    """Never one that is still owed or held."""
    known = Stray.objects.filter(id=OuterRef("subject"))
    return Job.objects.filter(~Exists(known), kind=STRAY_JOB, due_at__isnull=True, leased_until__isnull=True)
