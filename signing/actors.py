"""Doors of the queue: which work belongs to which kind of job."""

import dramatiq
from periodiq import cron

from core import jobs, sweeping, work
from core.periodic import PatientActor
from signing.services.driver import request_drive
from signing.services.strays import stray_look
from signing.setu_provider import setu_client
from signing.states import REQUEST_JOB, STRAY_JOB


@work.actor(REQUEST_JOB, queue="requests", lease=100)  # s: orphan ≤ 12, file ≤ 33, submission ≤ 40, + 15
def drive(claim: jobs.Claim) -> None:
    """Do what this request needs next. Settles the claim itself."""
    request_drive(claim=claim, setu=setu_client())


@work.actor(STRAY_JOB, queue="strays", lease=27)  # s: a look ≤ 12, + 15
def adopt(claim: jobs.Claim) -> None:
    """Find out whether an id that somebody named is ours."""
    stray_look(claim=claim, setu=setu_client())


@dramatiq.actor(
    actor_class=PatientActor, actor_name="signing.reconcile", queue_name="clock", periodic=cron("* * * * *")
)
def reconcile() -> None:
    """Each minute: ring what is due and was missed. Works nothing itself."""
    sweeping.sweep_by_clock()
