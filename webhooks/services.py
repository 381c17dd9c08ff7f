"""A callback is kept and its request rung in one transaction; then it is answered. Nothing here calls Setu."""

import hashlib
import hmac

from django.conf import settings
from django.db import IntegrityError, transaction

from core.errors import NotFound
from signing.services.doorbells import setu_id_rung
from signing.setu.wire import SetuNotice
from webhooks.models import InboundDelivery

CLAIMED_SIGNERS_MAX = 100


def token_check(token: str) -> str:
    """The fingerprint of a callback token that is ours, compared in constant time. Raises NotFound."""
    given = hashlib.sha256(token.encode()).hexdigest()
    matches = [
        hmac.compare_digest(given, hashlib.sha256(known.encode()).hexdigest())
        for known in settings.SETU_CALLBACK_TOKENS
    ]
    if not any(matches):
        raise NotFound
    return given[:12]


def delivery_accept(
    *, raw: bytes, notice: SetuNotice, token_fingerprint: str
) -> tuple[InboundDelivery, bool]:
    """Keep a callback and ring the request it names; returns the delivery and whether it is new.

    Repeating is safe: the same bytes are kept once and ring once.
    """
    digest = hashlib.sha256(raw).hexdigest()
    try:
        return _keep_and_ring(
            digest=digest, size=len(raw), notice=notice, token_fingerprint=token_fingerprint
        ), True
    except IntegrityError:  # kept before; what was rung a moment ago is rolled back with it
        return InboundDelivery.objects.get(digest=digest), False


@transaction.atomic
def _keep_and_ring(*, digest: str, size: int, notice: SetuNotice, token_fingerprint: str) -> InboundDelivery:
    status = notice.status or ""
    signers = {s.id: [s.status, s.err_code or ""] for s in notice.signers[:CLAIMED_SIGNERS_MAX]}
    request_id = setu_id_rung(
        setu_id=notice.setu_id, cause="callback", hint={"status": status, "signers": signers}
    )
    return InboundDelivery.objects.create(
        digest=digest,
        token_fingerprint=token_fingerprint,
        setu_id=notice.setu_id,
        setu_document_id=notice.document_id or "",
        claimed_status=status,
        claimed_signers=signers,
        size=size,
        request_id=request_id,
    )
