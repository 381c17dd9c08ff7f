"""The doctor's questions about Setu's callbacks."""

from django.conf import settings

from core.checks import Outcome, fault, ok, register, warn
from core.clock import database_now
from webhooks.models import InboundDelivery
from webhooks.proofs import asked_for
from webhooks.tokens import TokenSeen, tokens_seen

TOKEN_LENGTH = 20
SILENT_SECONDS = 86_400.0  # after so long without a callback an old token is out of use


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


@register("callback keys")
def callback_keys() -> Outcome:
    """Which tokens Setu still uses: who rotates them waits until the old one is silent."""
    tokens = tokens_seen()
    says = "; ".join(f"{_called(token)} {_last(token)}" for token in tokens) or "There is no token"
    current = tokens[0] if tokens else None
    if current and current.at and any(_silent(token) for token in tokens[1:]):
        return warn(
            f"{says}.",
            "An old token is out of use: `manage.py rotate_callback_token --drop` says how to take it out.",
        )
    proofs = f"; asked for besides: {', '.join(asked_for())}" if asked_for() else ""
    return ok(f"{says}{proofs}.")


def _called(token: TokenSeen) -> str:
    return "The current token" if token.is_current else f"the old one (no. {token.place})"


def _last(token: TokenSeen) -> str:
    return (
        f"last came {_ago((database_now() - token.at).total_seconds())} ago" if token.at else "never came yet"
    )


def _silent(token: TokenSeen) -> bool:
    return token.at is None or (database_now() - token.at).total_seconds() > SILENT_SECONDS


def _ago(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"
