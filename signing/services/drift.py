"""Do the rows still say what the chains of events say? Reads, and changes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from core.events import links_broken_at
from core.models import Event, Job
from signing.merge import Seen, SignerSeen
from signing.models import SignatureRequest, SignedFile, Signer
from signing.replay import Difference, State, Unreadable, differences, replayed
from signing.states import REQUEST_JOB

BATCH = 100  # requests held in memory at once


@dataclass(frozen=True)
class Drift:
    """One column of one request that is not as recorded.

    `column` is “chain” where the chain itself is at fault, and “request” where a chain's request has gone.
    """

    request_id: UUID
    column: str
    recorded: str
    live: str

    def __str__(self) -> str:
        return f"{self.request_id} {self.column}: recorded {self.recorded or 'nothing'}, live {self.live or 'nothing'}"


def drift_find(*, only: Iterable[UUID] | None = None, batch: int = BATCH) -> Iterator[Drift]:
    """Every difference between requests and their chains, in the requests' order of ids. In bounded memory.

    May run beside a working SignFlow: what differs is read again under the request's lock before it is told.
    only: these requests instead of all.
    """
    chosen = SignatureRequest.objects.order_by("id")
    if only is not None:
        chosen = chosen.filter(id__in=list(only))
    last: UUID | None = None
    while requests := list((chosen.filter(id__gt=last) if last else chosen)[:batch]):
        last = requests[-1].id
        suspects = {drift.request_id for drift in _compared(requests)}
        for request in requests:
            if request.id in suspects:
                with transaction.atomic():
                    found = _compared(list(_locked(request)))
                yield from found
    if only is None:
        yield from _gone()


def _gone() -> Iterator[Drift]:
    """Chains without their request: nothing in SignFlow deletes one. A row and its first link commit together."""
    begun = Event.objects.filter(kind="request.created").exclude(
        chain__in=SignatureRequest.objects.values("id")
    )
    for chain in begun.order_by("chain").values_list("chain", flat=True).iterator(chunk_size=BATCH):
        yield Drift(chain, "request", "there", "gone")


def _locked(request: SignatureRequest) -> QuerySet[SignatureRequest]:
    """As every writer of rows and events locks it; see moves.request_locked."""
    return SignatureRequest.objects.select_for_update(no_key=True).filter(id=request.id)


def _compared(requests: list[SignatureRequest]) -> list[Drift]:
    ids = [request.id for request in requests]
    chains: dict[UUID, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(chain__in=ids).select_related("payload").order_by("chain", "seq"):
        chains[event.chain].append(event)
    signers: dict[UUID, list[Signer]] = defaultdict(list)
    for signer in Signer.objects.filter(request__in=ids).order_by("no"):
        signers[signer.request_id].append(signer)
    files = {file.request_id: file for file in SignedFile.objects.filter(request__in=ids)}
    fences = dict(Job.objects.filter(kind=REQUEST_JOB, subject__in=ids).values_list("subject", "fence"))
    found = []
    for request in requests:
        live = _live(request, signers[request.id], files.get(request.id))
        found += [
            Drift(request.id, one.column, one.recorded, one.live)
            for one in _of_one(chains[request.id], live, fence=fences.get(request.id, 0))
        ]
    return found


def _of_one(events: list[Event], live: State, *, fence: int) -> list[Difference]:
    broken = links_broken_at(events)
    if broken is not None or not events:
        return [Difference("chain", "unbroken", f"broken at {broken}" if broken else "empty")]
    try:
        recorded = replayed((event.kind, _details(event)) for event in events)
    except Unreadable as reason:
        return [Difference("chain", "readable", str(reason))]
    return list(differences(recorded, live, fence=fence))


def _details(event: Event) -> dict[str, object] | None:
    payload = getattr(event, "payload", None)
    return payload.data if payload else None


def _live(request: SignatureRequest, signers: list[Signer], file: SignedFile | None) -> State:
    return State(
        stage=request.stage,
        status=request.status,
        ending=request.ending,
        ending_reason=request.ending_reason,
        setu=Seen(
            look=request.seen_look,
            status=request.setu_status,
            signers={str(s.id): SignerSeen(s.seen_look, s.setu_status, s.err_code) for s in signers},
        ),
        people=tuple(str(signer.user_id) for signer in signers),
        signed=frozenset(str(signer.id) for signer in signers if signer.signed_at),
        file=file.sha256 if file else "",
        blob=file.blob.rpartition("/")[2] if file else "",
        signatures=file.signatures if file else 0,
        cancel_asked=request.cancel_asked_at is not None,
    )
