"""Replay: what callbacks named is looked at again, and those that nobody could place are placed if they can be.

Nothing that a callback claims is used. What has ended is left alone, so any number of replays changes nothing that
was already done.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from core import jobs
from core.clock import after
from signing.models import SignatureRequest, Submission
from signing.services.strays import stray_asked_again
from signing.states import REQUEST_JOB, Stage
from webhooks.models import InboundDelivery

CAUSE = "replay"


class Outcome(StrEnum):
    RUNG = "its request is rung"
    MATCHED = "matched just now, and its request is rung"
    ENDED = "its request has ended; left alone"
    ASKED = "nobody knows the id; Setu is asked whose it is"
    PURGED = "its id has been purged; nobody can be asked"


@dataclass
class Replay:
    """One run: each request is rung once, and each unknown id asked about once, however many deliveries name it."""

    rung: set[UUID] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)

    @transaction.atomic
    def delivery(self, delivery: InboundDelivery) -> Outcome:
        """Match the delivery if need be, and ring for it. Repeating is safe."""
        request_id, new = delivery.request_id, False
        if request_id is None and not delivery.setu_id:
            return Outcome.PURGED
        if request_id is None:
            request_id, new = self._match(delivery), True
        if request_id is None:
            if delivery.setu_id not in self.asked:
                stray_asked_again(setu_id=delivery.setu_id, cause=CAUSE)
                self.asked.add(delivery.setu_id)
            return Outcome.ASKED
        if SignatureRequest.objects.filter(id=request_id, stage=Stage.ENDED).exists():
            return Outcome.MATCHED if new else Outcome.ENDED
        if request_id not in self.rung:
            jobs.ring(REQUEST_JOB, subject=request_id, cause=CAUSE)
            self.rung.add(request_id)
        return Outcome.MATCHED if new else Outcome.RUNG

    def _match(self, delivery: InboundDelivery) -> UUID | None:
        named = Submission.objects.filter(setu_id=delivery.setu_id)
        request_id = named.values_list("request_id", flat=True).first()
        if request_id:
            InboundDelivery.objects.filter(id=delivery.id, request__isnull=True).update(request_id=request_id)
        return request_id


def deliveries_to_replay(*, since_seconds: float | None, unmatched: bool) -> QuerySet[InboundDelivery]:
    """The oldest first; not those of which nothing is left to go by. since_seconds: received in so many up to now."""
    chosen = Q() if since_seconds is None else Q(received_at__gte=after(-since_seconds))
    if unmatched:
        chosen &= Q(request__isnull=True)
    purged = Q(request__isnull=True, setu_id="")
    return InboundDelivery.objects.filter(chosen).exclude(purged).order_by("id")


def deliveries_replay(deliveries: Sequence[InboundDelivery]) -> dict[Outcome, int]:
    """Replay each in a transaction of its own. Returns how many came out how."""
    run, counts = Replay(), dict.fromkeys(Outcome, 0)
    for delivery in deliveries:
        counts[run.delivery(delivery)] += 1
    return counts
