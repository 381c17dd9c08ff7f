"""Jobs, claims and the wire as tests of the signing part hold them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from django.db.models import F
from django.db.models.functions import Now

from core import jobs
from core.clock import after, database_now
from core.models import Event, Job, User
from signing.models import SignatureRequest, Submission
from signing.selectors import request_id_of
from signing.services.doorbells import setu_id_rung
from signing.services.requests import Asked, request_create
from signing.setu.client import NewSigner
from signing.setu_provider import setu_client
from signing.states import REQUEST_JOB, STRAY_JOB
from tests.builders import make_document, make_pdf
from tests.standin import StandIn
from tests.standin.transport import Transport

LEASE = 90.0
Handler = Callable[[httpx.Request, httpx.Response], httpx.Response]


def ask(*signers: User, by: User, **fields: Any) -> SignatureRequest:
    """A request as a manager's click leaves it: queued, with its job due."""
    document = fields.pop("document", None) or make_document(by=by)
    asked = [Asked(user_id=user.id, pages=(1,), corner="bottom-left") for user in signers]  # type: ignore[arg-type]
    return request_create(by=by, document_id=document.id, signers=asked, **fields)[0]


def claimed(request: SignatureRequest, *, cause: str = "check") -> jobs.Claim:
    """Ring for a request and take its job, whoever holds it now."""
    jobs.ring(REQUEST_JOB, subject=request.id, cause=cause)
    Job.objects.filter(subject=request.id).update(leased_until=None, due_at=Now())
    claim = jobs.claim(job_of(request).id, lease=LEASE)
    assert claim is not None
    return claim


def job_of(request: SignatureRequest) -> Job:
    return Job.objects.get(kind=REQUEST_JOB, subject=request.id)


def due_in(request: SignatureRequest) -> float:
    """Seconds until the request's job is due."""
    due_at = job_of(request).due_at
    assert due_at is not None
    return (due_at - database_now()).total_seconds()


def owed(request: SignatureRequest) -> None:
    """The back-off and the bucket's wait have passed."""
    SignatureRequest.objects.filter(id=request.id).update(bucket_at=None)
    Job.objects.filter(subject=request.id).update(due_at=after(-1))


def work(request: SignatureRequest, run_due: Callable[[], int], *, times: int = 1) -> None:
    """The request's turn comes so many times, however long it was to wait."""
    for _ in range(times):
        owed(request)
        run_due()


def orphans_work(request: SignatureRequest, run_due: Callable[[], int]) -> None:
    """Ten minutes later: its orphans' turn has come again too."""
    Submission.objects.filter(request=request).update(delete_tried_at=None)
    work(request, run_due)


def strays_due() -> None:
    """Each stray's turn has come, however long it was to wait."""
    Job.objects.filter(kind=STRAY_JOB).update(due_at="2020-01-01T00:00:00Z")


def ten_minutes_pass_since_gone(request: SignatureRequest) -> None:
    """The first 404 lies ten minutes back."""
    gone_at = SignatureRequest.objects.get(id=request.id).gone_at
    assert gone_at is not None
    SignatureRequest.objects.filter(id=request.id).update(gone_at=gone_at - timedelta(minutes=10))


def ten_minutes_pass(request: SignatureRequest) -> None:
    """The last look at each of its orphans, and the first 404, lie ten minutes back, and its work is due."""
    past = timedelta(minutes=10)
    times = {"gone_at": F("gone_at") - past, "delete_tried_at": F("delete_tried_at") - past}
    Submission.objects.filter(request=request).update(**times)
    owed(request)


def events(request: SignatureRequest) -> list[str]:
    return list(Event.objects.filter(chain=request.id).order_by("seq").values_list("kind", flat=True))


def submissions(request: SignatureRequest) -> list[Submission]:
    return list(Submission.objects.filter(request=request).order_by("no"))


def errors_logged(caplog: Any) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


def made_at_setu(redirect_url: str, *, identifier: str = "x") -> str:
    """A request of our account that SignFlow did not make, or has forgotten. Returns its id."""
    setu = setu_client()
    signer = NewSigner(
        identifier=identifier,
        display_name="X",
        birth_year=None,
        pages=[1],
        position="top-left",
        height=60,
        width=180,
    )
    document_id = setu.upload(name="x", content=make_pdf())
    return setu.create(document_id=document_id, redirect_url=redirect_url, reason=None, signers=[signer]).id


class Between(httpx.BaseTransport):
    """The stand-in, with something that happens after it has answered: `then(request, response)`."""

    def __init__(self, world: StandIn, then: Handler) -> None:
        self._inner, self._then = Transport(world), then

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        response.read()
        return self._then(request, response)


def is_create(request: httpx.Request) -> bool:
    return request.method == "POST" and request.url.path == "/api/signature"


def named(setu_id: str, *, cause: str = "callback", hint: dict[str, Any] | None = None) -> UUID | None:
    """Somebody names one of Setu's ids, as a callback does. Returns the request that is rung, if it is one of ours."""
    request_id = request_id_of(setu_id=setu_id)
    setu_id_rung(setu_id=setu_id, request_id=request_id, cause=cause, hint=hint)
    return request_id


def there(world: StandIn) -> list[str]:
    """The ids of all requests at Setu, the oldest first."""
    return [each["id"] for each in world.requests()]


def sign(world: StandIn, setu_id: str, *nos: int) -> None:
    """Sign at Setu; its notifications get lost."""
    world.fault("callback_lost", times=len(nos))
    signers = next(each["signers"] for each in world.requests() if each["id"] == setu_id)
    for no in nos:
        world.sign(setu_id, sorted(signers, key=lambda one: str(one["displayName"]))[no]["id"])
