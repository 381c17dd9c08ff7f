"""Setu's callbacks: keep, ring, answer 200, believe later."""

import hashlib
import logging

from django.http import HttpRequest
from ninja import Router, Schema

from core.errors import DomainError, TooLarge
from core.examples import example
from core.schemas import Problem
from signing.setu.wire import NotANotice, SetuNotice
from webhooks.services import delivery_accept, token_check

log = logging.getLogger(__name__)
router = Router(tags=["webhooks"])
BODY_MAX = 262_144  # bytes


class NotUnderstood(DomainError):
    code = "notice_not_understood"
    title = "The body is not a notification of Setu's"


class Received(Schema):
    model_config = example({"received": True})

    received: bool


@router.post("/setu/{token}", auth=None, response={200: Received, 400: Problem, 404: Problem, 413: Problem})
@router.post("/setu/{token}/", auth=None, response=Received, include_in_schema=False)
def setu_callback(request: HttpRequest, token: str) -> Received:
    """Setu's notification (ESIGN_WEBHOOK_NOTIFICATION). Nobody signs it, so it is a reason to look, not a proof.

    Any other answer than 200 makes Setu repeat it.
    """
    fingerprint = token_check(token)
    stated = request.headers.get("Content-Length") or "0"
    if not stated.isdigit() or int(stated) > BODY_MAX:
        raise TooLarge("A notification has at most 256 KiB.")
    raw = request.body
    try:
        notice = SetuNotice.parse(raw)
    except NotANotice:
        digest = hashlib.sha256(raw).hexdigest()
        log.warning("webhooks.not_understood", extra={"size": len(raw), "digest": digest})
        raise NotUnderstood("The body is not a JSON object with a request's id in data.esign.id.") from None
    kept = delivery_accept(raw=raw, notice=notice, token_fingerprint=fingerprint)
    log.info("webhooks.accepted", extra={"delivery": kept, "new": kept is not None})
    return Received(received=True)
