"""The checker of the chaos run, with planted faults: each is caught and named by its invariant."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.clock import after
from core.models import Event, Job, User
from signing.models import SignatureRequest, SignedFile, Signer, Stray, Submission
from tests.chaos.facts import Archive
from tests.chaos.watcher import regressions, rows
from tests.chaos_tests.ended import of
from webhooks.models import InboundDelivery


def test_a_run_that_went_well_has_no_breach(run):
    assert len(run.acknowledged) == 2
    assert run.breaches(named=[str(Submission.objects.all()[0].setu_id)]) == []


def test_i1_an_acknowledged_callback_without_a_row(run):
    InboundDelivery.objects.filter(digest=run.acknowledged[0]).delete()
    assert of("I1", run.breaches()) == run.breaches() != []


def test_i2_a_regressed_state_is_seen_while_the_run_goes_on(run):
    before = rows()
    assert regressions(before, rows()) == []
    Signer.objects.filter(request=run.partly, setu_status="signed").update(setu_status="pending")
    SignatureRequest.objects.filter(id=run.complete.id).update(stage="submitted", setu_status="sign_pending")
    said = regressions(before, rows())
    assert len(said) == 3
    assert all(breach.startswith("I2") for breach in said)
    SignatureRequest.objects.filter(id=run.partly.id).delete()
    assert f"I2 request {run.partly.id} is gone" in regressions(before, rows())


def test_i3_a_regressed_state_at_the_end(run):
    SignatureRequest.objects.filter(id=run.partly.id).update(setu_status="sign_initiated")
    said = run.breaches()
    assert of("I3", said) == [f"I3 request {run.partly.id} is sign_initiated where Setu says sign_pending"]
    assert of("I5", said)  # the chain knows better too


def test_i3_a_signer_who_is_not_as_at_setu(run):
    Signer.objects.filter(request=run.partly, setu_status="pending").update(err_code="invaild_otp")
    assert of("I3", run.breaches()) == [f"I3 request {run.partly.id} has signers that differ from Setu's"]


def test_i3_a_request_that_was_accepted_and_is_not_there(run):
    lost = str(uuid4())
    assert run.breaches(expected=[*run.expected, lost]) == [
        f"I3 request {lost} was accepted and is not there"
    ]


def test_i3_a_second_live_request_at_setu_that_somebody_has_named(run):
    submission = Submission.objects.get(request=run.partly)
    world_id, facts = str(submission.setu_id), run.facts()
    second = facts.truth[world_id] | {"id": "second"}
    facts.truth = {**facts.truth, "second": second}
    assert run.breaches(facts) == []  # superseded, and nobody has told us
    assert len(of("I3", run.breaches(facts, named=["second"]))) == 1
    facts.truth = {**facts.truth, "second": second | {"redirectUrl": "https://elsewhere.test/return/abc/"}}
    assert run.breaches(facts) == ["I3 Setu has a request that we know nothing of"]


def test_i4_a_second_archive_row(run):
    facts = run.facts()
    facts.archives.append(Archive(str(run.complete.id), "other/blob", "0" * 64))
    assert f"I4 request {run.complete.id} has 2 archive rows" in run.breaches(facts)


def test_i4_a_second_archived_object(run):
    name = SignedFile.objects.get().blob
    default_storage.save(f"{name}_a1b2c3", ContentFile(b"%PDF-1.7 once more"))
    assert run.breaches() == [f"I4 an object that no row names: {name}_a1b2c3"]


def test_i4_an_archive_that_is_not_what_setu_serves(run):
    facts = run.facts()
    facts.setu_files = {str(run.complete.id): "0" * 64}
    assert run.breaches(facts) == [f"I4 request {run.complete.id} has another file than Setu serves"]


def test_i5_a_broken_chain(run):
    Event.objects.filter(chain=run.partly.id, seq=2).update(kind="forged")
    assert f"I5 the chain of request {run.partly.id} is broken at 2" in run.breaches()


def test_i5_a_second_completion(run):
    facts = run.facts()
    facts.completions[str(run.complete.id)] += 1
    assert run.breaches(facts) == [
        f"I5 request {run.complete.id} is sign_complete and has 2 completions in its chain"
    ]


def test_i6_complete_without_a_stored_file(run):
    default_storage.delete(SignedFile.objects.get().blob)
    assert run.breaches() == [
        f"I6 request {run.complete.id} is complete and its stored file is missing or another"
    ]
    SignedFile.objects.all().delete()
    assert f"I6 request {run.complete.id} is complete without an archive row" in run.breaches()


def test_i6_a_file_that_is_not_whole(run):
    name = SignedFile.objects.get().blob
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"%PDF-1.7 half of"))
    assert of("I6", run.breaches()) == run.breaches() != []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"due_at": None}, "is owed and has no due time"),
        ({"due_at": after(-100)}, "has been due for 100 s"),
        ({"due_at": after(-300), "leased_until": after(-100)}, "has been due for 300 s"),
        ({"due_at": after(100_000)}, "is due in 28 hours only"),
        ({"dead_at": after(0)}, "is dead"),
    ],
)
def test_i7_a_stuck_row(run, change, words):
    Job.objects.filter(id=run.job.id).update(**change)
    (breach,) = run.breaches()
    assert breach == f"I7 the job signing.request of {run.partly.id} {words}"


@pytest.mark.parametrize(
    "change", [{"due_at": after(-30)}, {"due_at": after(-300), "leased_until": after(50)}]
)
def test_i7_work_that_is_due_for_a_moment_or_held_is_not_stuck(run, change):
    Job.objects.filter(id=run.job.id).update(**change)
    assert run.breaches() == []


def test_i7_a_request_without_a_job_and_a_named_id_nobody_looked_at(run):
    run.job.delete()
    Stray.objects.create(setu_id="named", cause="callback")
    assert len(of("I7", run.breaches())) == 2


@pytest.mark.parametrize("place", ["web", "Redis"])
def test_i8_a_canary_in_a_log(run, place):
    facts = replace(run.facts(), canaries={"the name Zebra": "Zebra"})
    facts.logs = {"worker": "all is well", place: '{"event":"hello Zebra"}'}
    assert run.breaches(facts) == [f"I8 the name Zebra is in {place}"]


def test_i8_setus_ids_in_a_log(run):
    facts = run.facts()
    (setu_id, request), *_ = facts.truth.items()
    facts.logs = {
        "worker": f"looked at {setu_id} and {request['signers'][0]['id']}",
        "web": str(run.partly.id),
    }
    assert run.breaches(facts) == ["I8 2 ids of Setu's are in worker"]


def test_i8_names_and_secrets_are_the_canaries(run):
    User.objects.filter(username="asha").update(full_name="Asha Rao")
    facts = run.facts()
    facts.logs = {"worker": "asha, Asha Rao, callback-token"}
    assert sorted(run.breaches(facts)) == [
        "I8 the callback token is in worker",
        "I8 the name Asha Rao is in worker",
        "I8 the name asha is in worker",
    ]
