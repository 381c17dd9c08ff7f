"""A callback is kept and its request rung in one transaction; then it is answered. Nothing here calls Setu."""

import hashlib
import json

from django.db import connection, transaction

from core.clock import sql_after
from core.prepared import adapted
from signing.selectors import request_id_of
from signing.services.doorbells import setu_id_rung
from signing.setu.wire import SetuNotice

CLAIMED_SIGNERS_MAX = 100


# Kept once, whoever else takes in the same bytes at the same time; then no row comes back.
KEEP = """
    INSERT INTO webhooks_inbounddelivery (digest, token_fingerprint, received_at, setu_id, setu_document_id,
        claimed_status, claimed_signers, size, request_id)
    VALUES (%s, %s, {now}, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (digest) DO NOTHING
    RETURNING id"""


@transaction.atomic
def delivery_accept(*, raw: bytes, notice: SetuNotice, token_fingerprint: str) -> int | None:
    """Keep a callback and ring the request it names; returns the delivery's id, None if it was kept before.

    Repeating is safe: the same bytes are kept once and ring once.
    """
    digest, status = hashlib.sha256(raw).hexdigest(), notice.status or ""
    signers = {s.id: [s.status, s.err_code or ""] for s in notice.signers[:CLAIMED_SIGNERS_MAX]}
    request_id = request_id_of(setu_id=notice.setu_id)
    ids = (notice.setu_id, notice.document_id or "")
    claims = (status, json.dumps(signers), len(raw), request_id and adapted(request_id))
    now, zero = sql_after(0)
    with connection.cursor() as cursor:
        cursor.execute(KEEP.format(now=now), (digest, token_fingerprint, zero, *ids, *claims))
        kept: tuple[int] | None = cursor.fetchone()
    if kept is None:
        return None
    hint = {"status": status, "signers": signers}
    setu_id_rung(setu_id=notice.setu_id, request_id=request_id, cause="callback", hint=hint)
    return kept[0]
