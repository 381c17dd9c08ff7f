"""The front page's panel of callbacks."""

from django.utils import timezone

from core.clock import after
from core.console import panels
from core.console.panels import WARN, Line, Panel, counted
from core.console.shown import duration, list_url
from webhooks.models import InboundDelivery

DAY = 86_400.0


@panels.register
def callbacks() -> Panel:
    listed, rows = list_url("webhooks_inbounddelivery"), InboundDelivery.objects.all()
    last = rows.order_by("-id").values_list("received_at", flat=True).first()
    age = duration(max(0.0, (timezone.now() - last).total_seconds())) + " ago" if last else "none yet"
    return Panel(
        "Setu's callbacks",
        [
            Line("Last one", age, url=listed),
            counted("In the last 24 hours", rows.filter(received_at__gte=after(-DAY)), url=listed),
            counted("Unmatched", rows.filter(request__isnull=True), url=f"{listed}?match=no", level=WARN,
                    says="They name ids we do not know. Match and replay tries again."),
        ],
    )  # fmt: skip
