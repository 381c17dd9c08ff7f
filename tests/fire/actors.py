"""Kinds of work with a short lease. What they do is written down as an event of the subject's chain."""

import os
import signal
import time

from django.db import transaction

from core import heartbeats, jobs, work
from core.events import event_append

LEASE = 3.0  # s
HELD_SECONDS, HELD_LEASE = 4.0, 6.0
ENDLESS_LEASE = 1.0  # Dramatiq's limit is two and a half leases


def _done(claim: jobs.Claim) -> None:
    with transaction.atomic():
        event_append(chain=claim.subject, kind="fire.done", pid=os.getpid())
        jobs.settle(claim, next_in=None)


@work.actor("fire.good", queue="fire", lease=LEASE)
def good(claim: jobs.Claim) -> None:
    _done(claim)


@work.actor("fire.poison", queue="fire", lease=LEASE)
def poison(claim: jobs.Claim) -> None:
    """Takes the process with it, as a library's fault in native code does."""
    os.kill(os.getpid(), signal.SIGKILL)


@work.actor("fire.endless", queue="fire", lease=ENDLESS_LEASE)
def endless(claim: jobs.Claim) -> None:
    while True:
        time.sleep(0.01)


@work.actor("fire.greedy", queue="fire", lease=LEASE)
def greedy(claim: jobs.Claim) -> None:
    """Asks for more memory than any machine has."""
    bytearray(1 << 62)


@work.actor("fire.held", queue="fire", lease=HELD_LEASE)
def held(claim: jobs.Claim) -> None:
    """Says who holds it, and takes a while."""
    heartbeats.beat(f"fire:{claim.subject.hex[:12]}:{os.getpid()}")
    time.sleep(HELD_SECONDS)
    _done(claim)
