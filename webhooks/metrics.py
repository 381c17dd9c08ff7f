"""What of Setu's callbacks is measured."""

from collections.abc import Iterable

from django.db.models import Count, Q
from prometheus_client.core import Metric

from core.clock import after
from core.metrics import gauge, register
from webhooks.models import InboundDelivery


@register
def deliveries() -> Iterable[Metric]:
    known = Q(request__isnull=False)
    found = InboundDelivery.objects.filter(received_at__gte=after(-3600)).aggregate(
        yes=Count("id", filter=known), no=Count("id", filter=~known)
    )
    values = {(matched,): float(number) for matched, number in sorted(found.items())}
    says = "Callbacks of the last hour, by whether we knew the request they name."
    yield gauge("deliveries_last_hour", says, values, "matched")
