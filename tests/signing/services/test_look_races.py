"""R12: many holders of looks at one request at once end where one after the other would."""

import random
import threading
import time
from functools import reduce

import pytest
from django.db import connection, transaction

from core import jobs, sweeping, work
from core.jobs import Claim
from core.models import Event
from signing.merge import Seen, SignerSeen, merge
from signing.models import SignatureRequest, Signer, Submission
from signing.services.cancel import request_cancel
from signing.services.doorbells import person_rung, request_rung
from signing.services.look import snapshot_apply, snapshot_merge
from signing.services.moves import request_locked
from signing.services.schedule import BUCKET_SECONDS, BUCKET_SIZE
from signing.setu.wire import SetuSignature
from tests.builders import make_employee, make_manager, make_organization, make_request
from tests.core.test_jobs_races import at_once
from tests.proof import count
from tests.signing.builders import claimed, job_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.proof]
THREADS = 8
HINT = {"status": "sign_complete", "signers": {"setu-1-1": ["signed", ""]}}


def looks_of(
    setu_id: str, *, signers: int, number: int, by: random.Random
) -> list[tuple[int, SetuSignature]]:
    """So many looks of a request in which people open, fail and sign, in the order Setu answered them."""
    signed: set[int] = set()
    looks = []
    for fence in range(1, number + 1):
        busy = by.randrange(signers)
        if by.random() < 3 / number:
            signed.add(busy)
        done = len(signed) == signers
        words = [
            ("signed", None)
            if no in signed
            else ("in_progress", None)
            if no == busy
            else ("pending", "otp_expired")
            for no in range(signers)
        ]
        shown = [
            {"id": f"{setu_id}-{no + 1}", "identifier": "x", "status": status, "errCode": code}
            for no, (status, code) in enumerate(words)
        ]
        by.shuffle(shown)
        body = {
            "id": setu_id,
            "documentId": "doc",
            "status": "sign_complete"
            if done
            else "sign_in_progress"
            if busy not in signed
            else "sign_pending",
            "signers": shown,
        }
        looks.append((fence, SetuSignature.model_validate(body)))
    return looks


def claim_of(request: SignatureRequest, fence: int) -> Claim:
    return Claim(
        job_id=0,
        kind="signing.request",
        subject=request.id,
        fence=fence,
        taken=1,
        crashes=0,
        failures=0,
        cause="check",
    )


def apply(request: SignatureRequest, submission: Submission, fence: int, seen: SetuSignature) -> None:
    with transaction.atomic():
        locked = request_locked(request)
        snapshot_merge(seen=seen, request=locked, submission=submission, claim=claim_of(request, fence))
        locked.save()


def serial(looks: list[tuple[int, SetuSignature]]) -> Seen:
    """What the pure merge makes of them, one after the other."""
    return reduce(
        merge,
        [
            Seen(
                fence,
                seen.status,
                {s.id: SignerSeen(fence, s.status, s.err_code or "") for s in seen.signers},
            )
            for fence, seen in looks
        ],
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_r12_eight_threads_on_one_request_end_like_the_serial_run(seed):
    by = random.Random(seed)  # noqa: S311  # a history, not a secret
    organization = make_organization()
    people = [make_employee(f"signer{no}", organization=organization) for no in range(3)]
    request = make_request(by=make_manager(organization=organization), signers=people)
    submission = Submission.objects.get(request=request)
    looks = looks_of("setu-1", signers=3, number=max(100, count(1000)), by=by)
    shuffled = by.sample(looks, len(looks))
    errors: list[BaseException] = []

    def work(share: list[tuple[int, SetuSignature]]) -> None:
        try:
            for fence, seen in share:
                apply(request, submission, fence, seen)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(shuffled[no::THREADS],)) for no in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert errors == [], "no deadlock, no lost connection"

    expected, row = serial(looks), SignatureRequest.objects.get(id=request.id)
    assert (row.setu_status, row.seen_look) == (expected.status, expected.look)
    for signer in Signer.objects.filter(request=request):
        shown = expected.signers[f"setu-1-{signer.no}"]
        assert (signer.setu_status, signer.err_code) == (shown.status, shown.err_code)
    chain = list(Event.objects.filter(chain=request.id).order_by("seq").values_list("seq", flat=True))
    assert chain == list(range(1, len(chain) + 1)), "one chain without gaps"


def cancels(request: SignatureRequest) -> None:
    request_cancel(request=request, by=request.created_by, reason="A mistake.")


def calls_back(request: SignatureRequest) -> None:
    request_rung(request_id=request.id, cause="callback", hint=HINT)


@pytest.mark.parametrize("meanwhile", [cancels, calls_back])
def test_r12_what_is_written_in_the_midst_of_a_look_is_not_lost(meanwhile):
    """A look has read the row and is about to write it; a person, or a callback's hint, comes in between."""
    organization = make_organization()
    manager = make_manager(organization=organization)
    request = make_request(by=manager, signers=[make_employee("signer", organization=organization)])
    submission, claim = Submission.objects.get(request=request), claimed(request)
    shown = {"id": "setu-1-1", "identifier": "x", "status": "in_progress", "errCode": None}
    body = {"id": "setu-1", "documentId": "doc", "status": "sign_in_progress", "signers": [shown]}
    seen = SetuSignature.model_validate(body)
    about_to_write, written = threading.Event(), threading.Event()

    def wait_before_writing(execute, sql, params, many, context):
        if sql.startswith('UPDATE "signing_signaturerequest"'):
            about_to_write.set()
            written.wait(1)  # whoever is locked out cannot write now
        return execute(sql, params, many, context)

    def look() -> None:
        connection.ensure_connection()
        with connection.execute_wrapper(wait_before_writing):
            snapshot_apply(seen=seen, request=request, submission=submission, claim=claim)

    def other() -> None:
        assert about_to_write.wait(20)
        meanwhile(request)
        written.set()

    assert at_once(look, other) == [None, None]
    row = SignatureRequest.objects.get(id=request.id)
    assert (row.setu_status, row.seen_look) == ("sign_in_progress", claim.fence)
    if meanwhile is cancels:
        assert (row.cancel_asked_by, row.cancel_reason) == (manager, "A mistake.")
    else:
        assert row.hint == HINT


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_r18_four_clocks_and_all_who_ring_get_no_more_looks_than_the_bucket_holds(opened, asha, ravi):
    it = opened(asha, ravi)
    before, began = it.world.calls["get"], time.monotonic()

    def ring_and_work() -> None:
        for _ in range(25):
            request_rung(request_id=it.request_id, cause="callback")
            sweeping.sweep_by_clock()
            work.run_turn()

    assert at_once(*[ring_and_work] * 4) == [None] * 4
    refilled = (time.monotonic() - began) / BUCKET_SECONDS
    assert 2 <= it.world.calls["get"] - before <= BUCKET_SIZE + refilled + 1


def test_r20_a_person_who_presses_as_the_job_dies_has_it_taken_up_again():
    request = make_request(by=make_manager(organization=make_organization()), signers=[])
    job = claimed(request)
    dying = threading.Event()

    def die() -> None:
        with transaction.atomic():
            jobs.bury(job, reason="Each time the worker died.")
            dying.set()
            time.sleep(0.3)

    def press() -> None:
        assert dying.wait(10)
        with transaction.atomic():
            person_rung(request, cause="check")

    assert at_once(die, press) == [None, None]
    assert job_of(request).dead_at is None
