"""The front page's panel of callbacks."""

from django.utils import timezone

from core.clock import after
from core.console import panels
from core.console.panels import WARN, Line, Panel, counted
from core.console.shown import duration, list_url
from webhooks.models import InboundDelivery
from webhooks.tokens import tokens_seen

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
            *_old_tokens(),
            counted("In the last 24 hours", rows.filter(received_at__gte=after(-DAY)), url=listed),
            counted("Unmatched", rows.filter(request__isnull=True), url=f"{listed}?match=no", level=WARN,
                    says="They name ids we do not know. Match and replay tries again."),
        ],
    )  # fmt: skip


def _old_tokens() -> list[Line]:
    """While a token is being replaced: which of them Setu still uses."""
    tokens = tokens_seen()
    if len(tokens) < 2:
        return []
    return [
        Line(
            "With the current token" if token.is_current else f"With the old token (no. {token.place})",
            f"{duration(max(0.0, (timezone.now() - token.at).total_seconds()))} ago"
            if token.at
            else "none yet",
            says=""
            if token.is_current
            else "Drop it when it is silent: `manage.py rotate_callback_token --drop`.",
        )
        for token in tokens
    ]
