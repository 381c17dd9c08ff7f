"""What of the business is measured."""

from collections.abc import Iterable

from django.db.models import Count
from prometheus_client.core import Metric

from core import counters
from core.metrics import counter, gauge, register
from signing import calls
from signing.models import SignatureRequest, Stray
from signing.services.orphans import orphans_counted
from signing.states import Status


@register
def requests() -> Iterable[Metric]:
    found = dict(SignatureRequest.objects.values_list("status").annotate(number=Count("id")).order_by())
    values = {(status.value,): float(found.get(status.value, 0)) for status in Status}
    yield gauge("requests", "Signature requests, by what users see.", values, "status")


@register
def strays() -> Iterable[Metric]:
    waiting = Stray.objects.filter(outcome="").count()
    yield gauge(
        "strays_waiting", "Ids of Setu's that somebody named and nobody looked at yet.", {(): waiting}
    )


@register
def orphans() -> Iterable[Metric]:
    found = {(state,): number for state, number in orphans_counted().items()}
    says = (
        "Submissions that were given up: still at Setu, kept there as somebody has signed, or nobody knows."
    )
    yield gauge("orphans", says, found, "state")


@register
def setu_calls() -> Iterable[Metric]:
    found = {
        (total.labels["call"], total.labels["outcome"]): float(total.value)
        for total in counters.totals(calls.NAME)
    }
    yield counter("setu_calls", "Calls to Setu and its storage.", found, "call", "outcome")
