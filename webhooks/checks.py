"""The doctor's questions about Setu's callbacks."""

from django.conf import settings

from core.checks import Outcome, fault, ok, register
from core.clock import database_now
from webhooks.models import InboundDelivery

TOKEN_LENGTH = 20


@register("callback")
def callback() -> Outcome:
    """The address to give to Setu; its token is a secret and shown on demand only."""
    tokens = settings.SETU_CALLBACK_TOKENS
    if not tokens:
        return fault("There is no token for Setu's callbacks.", "Set SETU_CALLBACK_TOKENS.")
    if short := [token for token in tokens if len(token) < TOKEN_LENGTH]:
        return fault(
            f"{len(short)} of {len(tokens)} callback token(s) have fewer than {TOKEN_LENGTH} characters.",
            "Put a longer one first in SETU_CALLBACK_TOKENS, register its address with Setu, then drop the old.",
        )
    last = InboundDelivery.objects.order_by("-id").values_list("received_at", flat=True).first()
    age = f"the last came {_ago((database_now() - last).total_seconds())} ago" if last else "none came yet"
    address = f"Register {settings.PUBLIC_URL}/webhooks/setu/%s with Setu; {age}."
    return ok(address % f"{tokens[0][:3]}…", shown=address % tokens[0])


def _ago(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"
