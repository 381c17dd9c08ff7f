"""Callbacks as they came: never their bodies, and no id of Setu's."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.console import sections
from core.console.actions import confirmed
from core.console.pages import ReadOnlyAdmin
from core.console.sections import Table
from core.console.shown import badge, link, moment, page_of, size
from core.models import User
from signing.models import SignatureRequest
from webhooks.models import InboundDelivery
from webhooks.replay import Replay
from webhooks.tokens import place_of

SHOWN_MAX = 20


@confirmed(
    label="Match and replay",
    says="The request that each delivery names is looked at again; what the delivery claims is not believed. A "
    "delivery that matched no request is matched now if its id is known by now; else Setu is asked whose it is, and "
    "replaying it a moment later matches it. Requests that have ended are left alone. Repeating is safe.",
)
def replay(delivery: InboundDelivery, by: User, reason: str) -> str:
    return f"{Replay().delivery(delivery).value.capitalize()}."


class MatchFilter(admin.SimpleListFilter):
    title, parameter_name = "match", "match"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "unmatched"), ("yes", "matched")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[InboundDelivery]
    ) -> QuerySet[InboundDelivery]:
        value = self.value()
        return queryset.filter(request__isnull=value == "no") if value in ("yes", "no") else queryset


@admin.register(InboundDelivery)
class InboundDeliveryAdmin(ReadOnlyAdmin):
    intro = (
        "Setu's callbacks, newest first. Each only asks for a look: what it claims is not believed. Unmatched ones "
        "name an id that we do not know: an answer of Setu's that got lost, or somebody else's."
    )
    empty_list = "No callback has come yet. `manage.py doctor` tells the address to register with Setu."
    list_display = ("number", "received", "claimed", "match", "shown_size")
    list_filter = (MatchFilter,)
    list_select_related = ("request__document",)
    sortable_by = ()
    ordering = ("-id",)
    actions = (replay,)
    fields = readonly_fields = (
        "number",
        "received",
        "claimed",
        "match",
        "claims",
        "token",
        "shown_size",
        "digest",
    )

    def heading(self, obj: InboundDelivery) -> str:
        return f"Delivery {obj.id}"

    def named(self, delivery: InboundDelivery) -> str:
        to = delivery.request.document.name if delivery.request else "unmatched"
        return f"No. {delivery.id} of {delivery.received_at:%Y-%m-%d %H:%M:%S}, “{delivery.claimed_status}”, {to}"

    @admin.display(description="no.")
    def number(self, delivery: InboundDelivery) -> str:
        return str(delivery.id)

    @admin.display(description="received (UTC)")
    def received(self, delivery: InboundDelivery) -> str:
        return moment(delivery.received_at)

    @admin.display(description="claimed status (not believed)")
    def claimed(self, delivery: InboundDelivery) -> str:
        return delivery.claimed_status

    @admin.display(description="request")
    def match(self, delivery: InboundDelivery) -> str:
        request = delivery.request
        return page_of(request, request.document.name) if request else badge("unmatched", "warn")

    @admin.display(description="claimed of the signers")
    def claims(self, delivery: InboundDelivery) -> str:
        """Setu's signer ids are left out: they are half of a signer's link."""
        claimed = list(delivery.claimed_signers.values())[:SHOWN_MAX]
        return "; ".join(" ".join(str(word) for word in words if word) for words in claimed) or "nothing"

    @admin.display(description="token it came with")
    def token(self, delivery: InboundDelivery) -> str:
        place = place_of(delivery.token_fingerprint)
        if place is None:
            return "one that is no longer valid"
        return "the current one" if place == 1 else f"an old one (no. {place} of the setting)"

    @admin.display(description="size")
    def shown_size(self, delivery: InboundDelivery) -> str:
        return size(delivery.size)


@sections.register(SignatureRequest)
def deliveries(request: SignatureRequest) -> Table:
    rows = [
        (link("admin:webhooks_inbounddelivery_change", each.id, text=str(each.id)), moment(each.received_at),
         each.claimed_status, size(each.size))
        for each in InboundDelivery.objects.filter(request=request).order_by("-id")[:SHOWN_MAX]
    ]  # fmt: skip
    return Table(
        f"Callbacks, the last {SHOWN_MAX}",
        ("No.", "Received", "Claimed status", "Size"),
        rows,
        empty="None came. The clock finds out without them.",
    )
