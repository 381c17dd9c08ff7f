"""Setu's callbacks: keep, ring, answer 200, believe later."""

import hashlib
import logging
from functools import partial

from django.http import Http404, HttpRequest
from ninja import Router, Schema

from core.address import client_address
from core.errors import DomainError, NotFound
from core.examples import example
from core.schemas import Problem
from signing.setu.wire import NotANotice, SetuNotice
from webhooks import proofs, tally
from webhooks.body import body_read
from webhooks.services import delivery_accept
from webhooks.tokens import token_came, token_check

log = logging.getLogger(__name__)
router = Router(tags=["webhooks"])
REFUSALS = {400: Problem, 404: Problem, 413: Problem, 415: Problem}


class NotUnderstood(DomainError):
    code = "notice_not_understood"
    title = "The body is not a notification of Setu's"


class Received(Schema):
    model_config = example({"received": True})

    received: bool


@router.post("/setu/{token}", auth=None, response={200: Received} | REFUSALS)
@router.post("/setu/{token}/", auth=None, response=Received, include_in_schema=False)
def setu_callback(request: HttpRequest, token: str) -> Received:
    """Setu's notification (ESIGN_WEBHOOK_NOTIFICATION). Nobody signs it, so it is a reason to look, not a proof.

    Any other answer than 200 makes Setu repeat it.
    """
    fingerprint, raw = _let_in(request, token)
    notice = _understood(raw)
    kept = delivery_accept(raw=raw, notice=notice, token_fingerprint=fingerprint)
    token_came(fingerprint)
    tally.came_out(tally.KEPT if kept else tally.REPEATED)
    tally.address_noted(partial(client_address, request))
    tally.words_noted(notice)
    log.info("webhooks.accepted", extra={"delivery": kept, "new": kept is not None})
    return Received(received=True)


def _let_in(request: HttpRequest, token: str) -> tuple[str, bytes]:
    """The token's fingerprint and the body. A wrong token or proof is answered as any unknown address is."""
    try:
        fingerprint = token_check(token)
        proofs.headers_check(request.headers)
        raw = body_read(request)
        proofs.body_check(request.headers, raw)
    except proofs.Unproven:
        tally.came_out(tally.UNPROVEN)
        log.warning("webhooks.unproven")
        raise Http404 from None
    except NotFound:
        raise Http404 from None
    return fingerprint, raw


def _understood(raw: bytes) -> SetuNotice:
    try:
        return SetuNotice.parse(raw)
    except NotANotice:
        tally.came_out(tally.NOT_UNDERSTOOD)
        digest = hashlib.sha256(raw).hexdigest()
        log.warning("webhooks.not_understood", extra={"size": len(raw), "digest": digest})
        raise NotUnderstood("The body is not a JSON object with a request's id in data.esign.id.") from None
