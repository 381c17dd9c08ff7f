"""The doctor's questions about Setu."""

import time
from uuid import uuid4

from django.conf import settings

from core.checks import Outcome, fault, ok, register, warn
from signing.models import Submission
from signing.setu.errors import SetuDenied, SetuNotFound, SetuRefused, SetuUnavailable
from signing.setu_provider import account_fingerprint, setu_client
from signing.states import Stage

STANDIN = "standin"  # the client id that development is given


@register("setu")
def setu_answers() -> Outcome:
    """Asks Setu about an id that cannot exist: “not found”, in Setu's own words, means that our keys work."""
    began = time.perf_counter()
    try:
        setu_client().signature(str(uuid4()))
    except SetuNotFound:
        ms = (time.perf_counter() - began) * 1000
        return ok(f"{settings.SETU_BASE_URL} knows our keys and answers in {ms:.0f} ms.")
    except SetuDenied as error:
        return fault(
            f"Setu lets us not in ({error.status}).",
            "Check SETU_CLIENT_ID, SETU_CLIENT_SECRET and SETU_PRODUCT_INSTANCE_ID, and that they belong to "
            "SETU_BASE_URL (sandbox or production); or Setu allows other networks only.",
        )
    except SetuUnavailable as error:
        return fault(
            f"Setu gives no usable answer: {error}.",
            "Check SETU_BASE_URL and that this machine reaches it; else it is Setu's trouble: jobs wait for it.",
        )
    except SetuRefused as error:
        return warn(f"Setu refused the question: {error}.", "Our keys seem to work; tell the developers.")
    return warn("Setu knows a request that cannot exist.", "Check SETU_BASE_URL: is this Setu?")


@register("setu account")
def setu_account() -> Outcome:
    open_ones = Submission.objects.filter(orphaned_at__isnull=True, setu_id__isnull=False)
    others = open_ones.exclude(account=account_fingerprint()).exclude(request__stage=Stage.ENDED).count()
    if others:
        return fault(
            f"{others} open request(s) belong to another Setu account and stand still.",
            "Set SETU_BASE_URL, SETU_CLIENT_ID and SETU_PRODUCT_INSTANCE_ID as they were until these have ended.",
        )
    return ok("All open requests belong to this Setu account.")


@register("stand-in")
def stand_in() -> Outcome:
    if STANDIN in settings.SETU_CLIENT_ID or settings.SETU_BASE_URL.startswith("http://"):
        return warn(
            "Setu's stand-in signs, not Setu: nothing signed here means anything.",
            "Set SETU_BASE_URL and the three credentials.",
        )
    return ok("Not used: Setu signs.")
