"""How callbacks came out, counted over all processes: what a person should hear of, without reading the log."""

import logging
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings

from core import counters
from core.address import neighbourhood
from signing.setu.wire import EVENT, SetuNotice
from signing.states import SETU_WORDS

log = logging.getLogger(__name__)
COUNTER = "callbacks"
KEPT, REPEATED, NOT_UNDERSTOOD, UNPROVEN = "kept", "repeated", "not_understood", "unproven"
OUTCOMES = (KEPT, REPEATED, NOT_UNDERSTOOD, UNPROVEN)
SIGNALS = "callback_signals"
ELSEWHERE, UNFAMILIAR = "elsewhere", "unfamiliar"


def came_out(outcome: str) -> None:
    counters.count(COUNTER, outcome=outcome)


def address_noted(address_of: Callable[[], str]) -> None:
    """A callback from outside of Setu's networks, where they are known, is taken all the same: a signal, no proof."""
    networks = settings.SETU_CALLBACK_NETWORKS
    if not networks:
        return
    address = address_of()
    if not address or not any(ip_address(address) in network for network in networks):
        counters.count(SIGNALS, signal=ELSEWHERE)
        log.warning("webhooks.elsewhere", extra={"network": neighbourhood(address)})


def words_noted(notice: SetuNotice) -> None:
    """An event or a status that Setu's pages do not name: the callback is a hint all the same."""
    if notice.event != EVENT or notice.status not in SETU_WORDS:
        counters.count(SIGNALS, signal=UNFAMILIAR)
        log.warning("webhooks.unfamiliar")
