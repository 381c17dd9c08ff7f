"""What of Setu's callbacks is measured."""

from collections.abc import Iterable

from django.db.models import Count, Q
from prometheus_client.core import Metric

from core import counters
from core.clock import after, database_now
from core.metrics import counter, gauge, register
from webhooks import tally, tokens
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


@register
def callbacks() -> Iterable[Metric]:
    read = counters.totals_of(tally.COUNTER, tally.SIGNALS, tokens.COUNTER)
    found = {total.labels["outcome"]: float(total.value) for total in read[tally.COUNTER]}
    says = "Callbacks with a valid token, by how they came out."
    yield counter("callbacks", says, {(each,): found.get(each, 0.0) for each in tally.OUTCOMES}, "outcome")
    found = {total.labels["signal"]: float(total.value) for total in read[tally.SIGNALS]}
    says = "Callbacks that were taken and look odd: from outside of Setu's networks, or with words we do not know."
    signals = {(each,): found.get(each, 0.0) for each in (tally.ELSEWHERE, tally.UNFAMILIAR)}
    yield counter("callback_signals", says, signals, "signal")
    now = database_now()
    ages = {
        (str(token.place),): max(0.0, (now - token.at).total_seconds())
        for token in tokens.tokens_seen(read[tokens.COUNTER])
        if token.at
    }
    says = "Since a callback came with the token, by its place in SETU_CALLBACK_TOKENS; none came: no sample."
    yield gauge("callback_token_age_seconds", says, ages, "place")
