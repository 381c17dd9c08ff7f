"""The doorbells: whoever rings, only Setu's own answer counts."""

import pytest

from core.models import Job
from signing.models import Signer, Stray, Submission
from signing.services.doorbells import idle_rung, return_rung
from signing.states import REQUEST_JOB
from tests.builders import make_request, reloaded
from tests.signing.builders import ask, due_in, job_of, named

FORGED = {"status": "sign_complete", "signers": {"setu-1-1": ["signed", ""]}}


@pytest.fixture
def request_row(manager, asha):
    return make_request(by=manager, signers=[asha])


def test_a_known_id_rings_its_request_and_keeps_the_claim_as_a_hint(request_row):
    assert named("setu-1", hint=FORGED) == request_row.id
    job = job_of(request_row)
    assert (job.cause, job.wanted, job.due_at is None) == ("callback", 1, False)
    request = reloaded(request_row)
    assert request.hint == FORGED
    assert (request.status, request.setu_status) == ("sign_initiated", "sign_initiated")
    assert Signer.objects.get(request=request).status == "pending"
    assert not Stray.objects.exists()


def test_a_ring_without_a_claim_leaves_an_earlier_one(request_row):
    named("setu-1", hint=FORGED)
    named("setu-1", cause="return")
    assert reloaded(request_row).hint == FORGED
    assert job_of(request_row).wanted == 2


@pytest.mark.parametrize(
    ("stage", "ending"), [("archiving", ""), ("quarantined", ""), ("ended", "sign_complete")]
)
def test_a_claim_about_a_request_past_signing_is_no_hint(manager, asha, stage, ending):
    request = make_request(by=manager, signers=[asha], stage=stage, ending=ending)
    named("setu-1", hint=FORGED)
    assert reloaded(request).hint == {}


def test_r11_a_forged_claim_moves_nothing(opened, asha, run_due):
    it = opened(asha)
    forged = {"status": "sign_complete", "signers": {it.setu_signers[0]: ["signed", ""]}}
    named(it.setu_id, hint=forged)
    run_due()
    assert it.request.status == "sign_initiated"
    assert Signer.objects.get(user=asha).status == "pending"


def test_a_return_rings_by_our_reference(request_row):
    submission = Submission.objects.get()
    assert return_rung(reference=submission.reference) is True
    assert job_of(request_row).cause == "return"


@pytest.mark.parametrize("reference", ["", "0" * 32, "not one of ours", "\0", "é" * 40])
def test_a_return_that_names_nothing_of_ours_does_nothing(request_row, reference):
    assert return_rung(reference=reference, setu_id="whatever") is False
    assert not Job.objects.exists()
    assert not Stray.objects.exists()


def test_an_id_that_a_return_names_is_not_believed_when_we_know_the_submissions_own(request_row):
    return_rung(reference=Submission.objects.get().reference, setu_id="somebody-elses")
    assert not Stray.objects.exists()
    assert job_of(request_row).wanted == 1


def test_a_return_to_an_open_create_tells_us_the_lost_id(world, manager, asha, run_due):
    request = ask(asha, by=manager)
    world.fault("accept_then_hang", endpoint="create")
    run_due()
    (at_setu,) = world.requests()
    submission = Submission.objects.get()
    assert submission.setu_id is None
    assert return_rung(reference=submission.reference, setu_id=at_setu["id"]) is True
    assert Stray.objects.get().cause == "return"
    Job.objects.filter(subject=request.id).update(due_at=None)
    run_due()
    assert reloaded(request).status == "sign_initiated"
    assert len(world.requests()) == 1


def test_a_return_to_an_open_create_without_an_id_rings_the_request(manager, asha):
    request = make_request(by=manager, signers=[asha])
    Submission.objects.update(setu_id=None)
    assert return_rung(reference=Submission.objects.get().reference) is True
    assert job_of(request).cause == "return"


def test_a_request_for_which_nothing_is_planned_is_rung_again_when_polling_is_on(manager, asha, settings):
    request = make_request(by=manager, signers=[asha])
    Job.objects.create(kind=REQUEST_JOB, subject=request.id)
    over = make_request(by=manager, signers=[asha], setu_id="setu-2", stage="ended", ending="declined")
    Job.objects.create(kind=REQUEST_JOB, subject=over.id)
    settings.ENABLE_SCHEDULER = False
    assert idle_rung() == 0
    settings.ENABLE_SCHEDULER = True
    assert idle_rung() == 1
    assert idle_rung() == 0
    assert due_in(request) <= 0
    assert job_of(over).due_at is None
