"""What of Setu's callbacks is purged: first what they claim, much later that they came.

The digest stays in between, so that a callback sent again is still known.
"""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from core.clock import after
from core.retention import rule
from signing.states import Stage
from webhooks.models import InboundDelivery


def over(seconds: float) -> Q:
    """Its request ended so long ago; or nobody knew it, and it came so long ago."""
    known = Q(request__stage=Stage.ENDED, request__ended_at__lt=after(-seconds))
    return known | Q(request__isnull=True, received_at__lt=after(-seconds))


@transaction.atomic
def claims_blanked(deliveries: QuerySet[Any]) -> int:
    return deliveries.update(setu_id="", setu_document_id="", claimed_status="", claimed_signers={})


@rule(
    "claims",
    says="Setu's ids and what callbacks claimed, after their request's end.",
    setting="KEEP_SETU_DAYS",
    drop=claims_blanked,
)
def claims(seconds: float) -> QuerySet[InboundDelivery]:
    return InboundDelivery.objects.filter(over(seconds)).exclude(setu_id="")


@rule("deliveries", says="That a callback came: time and digest.", setting="KEEP_LOG_DAYS")
def deliveries(seconds: float) -> QuerySet[InboundDelivery]:
    return InboundDelivery.objects.filter(over(seconds), received_at__lt=after(-seconds))
