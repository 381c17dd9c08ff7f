"""R26: a worker that is killed at any step, several times over: each SQL statement, each call to Setu, each answer.

A kill is a BaseException that no code of ours catches; what was not committed is rolled back, the lease stays.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from django.db import connection

from core import work
from core.clock import after
from core.models import Event, Job, User
from core.storage import blob_read
from signing import setu_provider
from signing.models import SignatureRequest, SignedFile, Submission
from signing.states import REQUEST_JOB
from tests.builders import make_document, make_employee, make_manager, make_organization, reloaded
from tests.proof import FULL, count
from tests.signing.builders import ask, named, owed
from tests.standin import StandIn
from tests.standin.transport import Transport

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.proof]
STRIDE = 1 if FULL else 3  # every step in `make proof`
KILLS_MAX = 3  # the fifth crash in a row makes a job dead, for a person to look at


class Killed(BaseException):
    """As by SIGKILL: nobody catches it."""


class Mortal:
    """Counts steps and dies at one of them; 0: never."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.steps = at, 0

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.at:
            raise Killed

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.step()
        return execute(sql, params, many, context)


class MortalTransport(httpx.BaseTransport):
    """Each call to Setu is two steps: before it leaves, and after it was answered."""

    def __init__(self, world: StandIn, mortal: Mortal) -> None:
        self._inner, self._mortal = Transport(world), mortal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._mortal.step()
        response = self._inner.handle_request(request)
        response.read()
        self._mortal.step()
        return response


@contextmanager
def dying(world: StandIn, *, at: int = 0) -> Iterator[Mortal]:
    mortal = Mortal(at)
    setu_provider.plug(MortalTransport(world, mortal))
    try:
        with connection.execute_wrapper(mortal):
            yield mortal
    except Killed:
        pass
    finally:
        setu_provider.plug(Transport(world))


@pytest.fixture
def people() -> tuple[User, list[User]]:
    organization = make_organization()
    signers = [make_employee(name, organization=organization) for name in ("asha", "ravi")]
    return make_manager(organization=organization), signers


def work_off(request: SignatureRequest, until: str = "sign_initiated") -> None:
    """Other workers go on with it; what was orphaned has its turn as well."""
    job = Job.objects.get(kind=REQUEST_JOB, subject=request.id)
    for _ in range(12):
        owed(request)
        Job.objects.filter(id=job.id).update(leased_until=after(-1))  # the dead holder's has run out
        work.run_job(REQUEST_JOB, job.id)
        waiting = Submission.objects.filter(
            request=request, orphaned_at__isnull=False, deleted_at__isnull=True
        )
        if reloaded(request).status == until and not waiting.exclude(setu_id=None).exists():
            return


def killed_run(request: SignatureRequest, world: StandIn, *, at: int) -> int:
    """One worker's run at the request, killed at that step. Returns the steps it made."""
    owed(request)
    Job.objects.filter(subject=request.id).update(leased_until=after(-1))
    job_id = Job.objects.get(kind=REQUEST_JOB, subject=request.id).id
    with dying(world, at=at) as mortal:
        work.run_job(REQUEST_JOB, job_id)
    return mortal.steps


def strays_are_named(world: StandIn, run_due: Callable[[], int]) -> None:
    """A callback or a return names what a killed create left at Setu."""
    known = set(Submission.objects.exclude(setu_id=None).values_list("setu_id", flat=True))
    for at_setu in world.requests():
        if at_setu["id"] not in known:
            named(at_setu["id"])
    Job.objects.exclude(kind=REQUEST_JOB).update(due_at=after(-1))
    run_due()


def one_live_request(request: SignatureRequest, world: StandIn) -> None:
    row = reloaded(request)
    assert row.status == "sign_initiated", row.status
    live = Submission.objects.get(request=request, orphaned_at__isnull=True)
    references = set(Submission.objects.filter(request=request).values_list("reference", flat=True))
    there = [each["id"] for each in world.requests() if each["redirectUrl"].split("/")[-2] in references]
    assert there == [live.setu_id], "no signer has two live links"
    assert not Job.objects.filter(subject=request.id, dead_at__isnull=False).exists()


def new_request(people: tuple[User, list[User]]) -> SignatureRequest:
    manager, signers = people
    return ask(*signers, by=manager, document=make_document(by=manager, pages=1))


def submit_steps(people: tuple[User, list[User]], world: StandIn) -> int:
    request = new_request(people)
    steps = killed_run(request, world, at=0)
    assert reloaded(request).status == "sign_initiated"
    return steps


def test_r26_a_submit_killed_at_each_step_ends_with_one_live_request(people, world, run_due):
    steps = submit_steps(people, world)
    assert steps > 25
    for at in range(1, steps + 1, STRIDE):
        request = new_request(people)
        assert killed_run(request, world, at=at) == at
        work_off(request)
        strays_are_named(world, run_due)
        work_off(request)
        one_live_request(request, world)


def test_r26_a_submit_killed_several_times_at_random_steps_does_so_too(people, world, run_due):
    by = random.Random(26)  # noqa: S311  # a history, not a secret
    steps = submit_steps(people, world)
    for _ in range(count(300) * 4):
        request = new_request(people)
        for _ in range(by.randint(1, KILLS_MAX)):
            killed_run(request, world, at=by.randint(1, steps))
            if by.random() < 0.3:
                strays_are_named(world, run_due)
        work_off(request)
        strays_are_named(world, run_due)
        work_off(request)
        one_live_request(request, world)
        Job.objects.all().delete()  # what is over would be due again with each stray of the next


def test_r26_looks_and_archives_killed_at_each_step_end_with_one_file(people, world):
    at = 1
    while True:
        request = new_request(people)
        work_off(request)
        live = Submission.objects.get(request=request, orphaned_at__isnull=True)
        for link in live.links.all():
            world.sign(str(live.setu_id), link.setu_signer_id)
        steps = killed_run(request, world, at=at)
        work_off(request, until="sign_complete")
        assert reloaded(request).status == "sign_complete"
        file = SignedFile.objects.get(request=request)
        assert blob_read(file.blob).startswith(b"%PDF-")
        assert Event.objects.filter(chain=request.id, kind="request.completed").count() == 1
        if steps < at:
            break  # it ran to its end: every step has been tried
        at += STRIDE
    assert at > 40
