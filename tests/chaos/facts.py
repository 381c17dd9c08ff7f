"""What is there at the end of a run: SignFlow's rows and files, Setu's state, the logs. Read once, judged elsewhere."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.core.files.storage import default_storage

from core.clock import database_now
from core.events import chain_broken_at
from core.models import Event, Job, Organization, User
from core.storage import blob_read
from signing.models import Document, SignatureRequest, SignedFile, SignerLink, Stray, Submission
from signing.states import REQUEST_JOB, Stage
from tests.chaos.watcher import Row, Truth, current, rows
from webhooks.models import InboundDelivery

WORKED_ON = (Stage.QUEUED, Stage.SUBMITTED, Stage.ARCHIVING)


@dataclass(frozen=True)
class Archive:
    request_id: str
    blob: str
    sha256: str


@dataclass(frozen=True)
class Work:
    """A job. due_in, free_in: seconds until it is due, until nobody holds it; None: neither is set."""

    subject: str
    kind: str
    owed: bool  # whether something is still to be done for its subject
    due_in: float | None
    free_in: float | None
    dead: bool


@dataclass(frozen=True)
class Look:
    """A recorded look that changed something. words: our signer's id → Setu's word for them."""

    seq: int  # its place in the chain
    setu_status: str
    words: Mapping[str, str]


@dataclass
class Facts:
    """setu_files: our request's id → digest of the file that Setu serves for it.

    looks, completed_at: by request, the recorded looks in their order; the place of the first completion.
    setu_ids: all that were ever met, those of what is deleted at Setu too.
    """

    deliveries: set[str]
    rows: dict[str, Row]
    submissions: dict[str, str]  # our request's id → the id of its current submission at Setu
    references: set[str]
    archives: list[Archive]
    blobs: dict[str, str]  # name in the storage → digest of the bytes
    originals: set[str]  # names of the blobs that documents have
    completions: Counter[str]
    broken_chains: dict[str, int]  # of whom, and at which place
    looks: dict[str, list[Look]]
    completed_at: dict[str, int]
    setu_ids: set[str]
    works: list[Work]
    strays_waiting: int
    truth: Truth
    setu_files: Mapping[str, str] = field(default_factory=dict)
    drift: list[str] = field(default_factory=list)
    logs: Mapping[str, str] = field(default_factory=dict)
    canaries: Mapping[str, str] = field(default_factory=dict)


def facts_read(*, truth: Truth) -> Facts:
    """Everything of SignFlow's. The rest is for the caller to fill in."""
    found = rows()
    return Facts(
        deliveries=set(InboundDelivery.objects.values_list("digest", flat=True)),
        rows=found,
        submissions=current(),
        references=set(Submission.objects.values_list("reference", flat=True)),
        archives=[
            Archive(str(request_id), blob, sha256)
            for request_id, blob, sha256 in SignedFile.objects.values_list("request_id", "blob", "sha256")
        ],
        blobs={name: hashlib.sha256(blob_read(name)).hexdigest() for name in _stored()},
        originals=set(Document.objects.values_list("blob", flat=True)),
        completions=Counter(
            str(chain)
            for chain in Event.objects.filter(kind="request.completed").values_list("chain", flat=True)
        ),
        broken_chains={
            f"{whose} {id_}": place
            for whose, model in (("request", SignatureRequest), ("organization", Organization))
            for id_ in model._default_manager.values_list("id", flat=True)
            if (place := chain_broken_at(id_)) is not None
        },
        looks=_looks(),
        completed_at={
            str(chain): seq
            for chain, seq in Event.objects.filter(kind="request.completed")
            .order_by("-seq")
            .values_list("chain", "seq")
        },
        setu_ids=_setu_ids(),
        works=_works(found),
        strays_waiting=Stray.objects.filter(outcome="").count(),
        truth=truth,
        canaries=_canaries(),
    )


def _looks() -> dict[str, list[Look]]:
    found: dict[str, list[Look]] = {}
    for event in Event.objects.filter(kind="look.changed").select_related("payload").order_by("chain", "seq"):
        data = event.payload.data
        words = {signer: word for signer, (word, _) in data["signers"].items()}
        found.setdefault(str(event.chain), []).append(Look(event.seq, data["setu_status"], words))
    return found


def _setu_ids() -> set[str]:
    """Of all submissions, superseded ones included, of their signers, and all that callbacks named."""
    pairs = Submission.objects.values_list("setu_id", "setu_document_id")
    ids = {id_ for pair in pairs for id_ in pair}
    ids |= set(SignerLink.objects.values_list("setu_signer_id", flat=True))
    ids |= set(Stray.objects.values_list("setu_id", flat=True))
    return {id_ for id_ in ids if id_}


def _stored(folder: str = "") -> list[str]:
    folders, files = default_storage.listdir(folder)
    names = [f"{folder}/{name}".lstrip("/") for name in files]
    return names + [name for inner in folders for name in _stored(f"{folder}/{inner}".lstrip("/"))]


def _works(found: Mapping[str, Row]) -> list[Work]:
    now = database_now()

    def until(moment: datetime | None) -> float | None:
        return (moment - now).total_seconds() if moment else None

    jobs = {str(job.subject): job for job in Job.objects.filter(kind=REQUEST_JOB)}
    works = []
    for id_, row in found.items():
        job, owed = jobs.get(id_), row.stage in WORKED_ON
        if job is None:
            works.append(Work(id_, REQUEST_JOB, owed, None, None, dead=False))
    for job in Job.objects.all():
        row_of = found.get(str(job.subject))
        owed = row_of.stage in WORKED_ON if row_of else job.due_at is not None
        works.append(
            Work(
                str(job.subject),
                job.kind,
                owed,
                until(job.due_at),
                until(job.leased_until),
                bool(job.dead_at),
            )
        )
    return works


def _canaries() -> dict[str, str]:
    secrets = {
        "the callback token": settings.SETU_CALLBACK_TOKENS[0],
        "Setu's client secret": settings.SETU_CLIENT_SECRET,
        "SECRET_KEY": settings.SECRET_KEY,
        "a download link": "X-Signature=",
        "a signer's link": "/signature/preview",
        "a bearer token": "eyJ",
    }
    names = {name for pair in User.objects.values_list("username", "full_name") for name in pair}
    secrets |= {f"the name {name}": name for name in names}
    return {label: value for label, value in secrets.items() if value}
