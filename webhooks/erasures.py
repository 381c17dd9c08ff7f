"""What callbacks claimed about requests in which the person had a part."""

from core.erasure import Person, part
from webhooks.models import InboundDelivery
from webhooks.purges import claims_blanked


@part("delivery", does="Setu's ids and what was claimed taken out")
def claims(person: Person, dry: bool) -> int:
    theirs = InboundDelivery.objects.filter(request__signers__user=person.user_id).exclude(setu_id="")
    return (
        theirs.count() if dry else claims_blanked(InboundDelivery.objects.filter(pk__in=theirs.values("pk")))
    )
