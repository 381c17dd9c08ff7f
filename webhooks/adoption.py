"""Ids that callbacks named and nobody is asked about yet, because too many waited when they came."""

from django.db import transaction
from django.db.models import Exists, OuterRef

from core.clock import after
from core.minutely import each_minute
from signing.models import Stray
from signing.services.strays import PER_SECOND, stray_named, stray_room
from webhooks.models import InboundDelivery

DAY = 86_400.0
CAUSE = "sweep"


@each_minute
def unknown_ids_taken_up() -> int:
    """As many of a day's as there is room for and a minute can ask about, the oldest first. Repeating is safe."""
    room = min(stray_room(), int(60 * PER_SECOND))
    if room <= 0:
        return 0
    known = Stray.objects.filter(setu_id=OuterRef("setu_id"))
    left = InboundDelivery.objects.filter(~Exists(known), request__isnull=True, received_at__gte=after(-DAY))
    ids = dict.fromkeys(left.exclude(setu_id="").order_by("id").values_list("setu_id", flat=True)[:room])
    for setu_id in ids:
        with transaction.atomic():
            stray_named(setu_id=setu_id, cause=CAUSE)
    return len(ids)
