"""What the checker takes as proof: recorded looks, all of Setu's ids, every file; a fault in each is named."""

from dataclasses import replace
from uuid import uuid4

import pytest

from core.events import event_append
from core.models import Event, Organization
from signing.models import SignatureRequest, Stray
from tests.chaos.facts import Look
from tests.chaos_tests.ended import of
from tests.signing.builders import ask


def test_i7_a_recovery_that_was_not_in_time_though_all_is_right_now(run):
    assert run.breaches(late=175.0) == ["I7 not all was as Setu had it within 175 s"]


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"stage": "ended", "status": "failed", "ending": "failed"}, "is ended and shown as failed"),
        ({"status": "sign_initiated"}, "is submitted and shown as sign_initiated"),
        ({"stage": "archiving"}, "is archiving and shown as sign_pending"),
    ],
)
def test_i3_an_open_request_that_is_shown_as_something_else(run, change, shown):
    SignatureRequest.objects.filter(id=run.partly.id).update(**change)
    assert of("I3", run.breaches()) == [f"I3 request {run.partly.id} {shown} where Setu says sign_pending"]


def test_i3_a_second_request_of_ours_for_one_ask(run, run_due, manager, asha):
    second = ask(asha, by=manager)
    run_due()
    said = f"I3 request {second.id} is a second one for an ask, or nobody's"
    assert said in run.breaches()
    assert said not in run.breaches(expected=[*run.expected, str(second.id)])


def test_i4_an_archive_that_setu_serves_no_file_for(run):
    facts = run.facts()
    facts.setu_files = {}
    assert run.breaches(facts) == [
        f"I4 request {run.complete.id} has a file and Setu serves none to compare it with"
    ]


def test_i2_a_later_look_that_takes_back_a_word(run):
    facts = run.facts()
    complete, partly = str(run.complete.id), str(run.partly.id)
    (signer,) = run.complete.signers.values_list("id", flat=True)
    facts.looks[complete].append(Look(90, "sign_pending", {str(signer): "pending"}))
    assert run.breaches(facts) == [
        f"I2 request {complete} was sign_complete and a later look recorded sign_pending",
        f"I2 signer {signer} of request {complete} had signed and a later look recorded pending",
    ]
    facts = run.facts()
    facts.looks[partly].append(Look(90, "sign_pending", {}))
    assert run.breaches(facts) == []


def test_i6_complete_without_a_recorded_look_that_said_so(run):
    facts, id_ = run.facts(), str(run.complete.id)
    said = [f"I6 request {id_} is complete and no look before that said so"]
    looks = facts.looks[id_]
    assert looks[-1].setu_status == "sign_complete"  # as the row does, which is no proof of itself
    assert run.breaches(replace(facts, looks={**facts.looks, id_: looks[:-1]})) == said
    after = replace(looks[-1], seq=facts.completed_at[id_] + 1)
    assert run.breaches(replace(facts, looks={**facts.looks, id_: [*looks[:-1], after]})) == said


def test_i5_a_broken_chain_of_an_organization(run, manager):
    organization = Organization.objects.get()
    event_append(chain=organization.id, kind="user.created", actor=manager, user=str(uuid4()))
    assert run.breaches() == []
    Event.objects.filter(chain=organization.id, seq=1).update(kind="forged")
    assert run.breaches() == [f"I5 the chain of organization {organization.id} is broken at 1"]


def test_i8_an_id_that_is_deleted_at_setu_or_that_a_callback_named(run):
    (gone, named) = str(uuid4()), str(uuid4())
    Stray.objects.create(setu_id=named, cause="callback", outcome="nobody's")
    facts = run.facts()
    facts.setu_ids.add(gone)  # seen at Setu while the run went on
    facts.logs = {"worker": f"deleted {gone}", "Redis before flush 1": f"b'{named}'"}
    assert run.breaches(facts) == [
        "I8 1 ids of Setu's are in worker",
        "I8 1 ids of Setu's are in Redis before flush 1",
    ]


def test_i8_a_link_of_ours_with_its_token_and_a_reference(run):
    facts = run.facts()
    (reference, *_) = facts.references
    facts.logs = {
        "web": '{"route": "/s/<str:token>/"}',
        "worker": f"GET /return/{reference}/",
        "clock": "GET /s/WyJhYmMiLDAsMTIzXQ.k3NhbHRlZHNpZ25hdHVyZQ/",
    }
    assert run.breaches(facts) == [
        "I8 1 references of ours are in worker",
        "I8 a signer's link of ours is in clock",
    ]
