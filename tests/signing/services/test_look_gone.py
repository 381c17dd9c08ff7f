"""Requests that Setu says are gone: one 404 is not believed, nor many, nor any while Setu finds no other request."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now

from core.clock import after
from core.models import Job
from signing.models import SignatureRequest
from signing.services.look import GONE_MANY
from signing.services.requests import request_check
from tests.builders import make_request
from tests.signing.builders import due_in, errors_logged, events, job_of, ten_minutes_pass_since_gone


def test_one_404_is_not_believed_and_is_asked_again_after_ten_minutes(opened, asha):
    it = opened(asha)
    it.world.delete(it.setu_id)
    request = it.go_on()
    assert (request.stage, request.gone_at is None) == ("submitted", False)
    assert 590 < due_in(request) <= 600
    request = it.go_on()  # somebody rings within the ten minutes
    assert request.stage == "submitted"
    assert due_in(request) <= 600


def test_two_404s_ten_minutes_apart_end_the_request(opened, asha):
    it = opened(asha)
    it.world.delete(it.setu_id)
    ten_minutes_pass_since_gone(it.go_on())
    request = it.go_on()
    assert (request.status, request.ending_reason) == ("failed", "withdrawn_at_setu")
    assert request.ended_at is not None
    assert job_of(request).due_at is None
    assert events(request)[-1] == "request.failed"


def test_a_good_answer_in_between_starts_the_count_again(opened, asha):
    it = opened(asha)
    it.world.fault("status", endpoint="get", status=404)
    ten_minutes_pass_since_gone(it.go_on())
    assert it.go_on().gone_at is None
    it.world.fault("status", endpoint="get", status=404)
    assert it.go_on().stage == "submitted"


def test_a_gateways_404_is_no_word_of_setus(opened, asha):
    it = opened(asha)
    it.world.fault("status", endpoint="get", status=404, html=True)
    assert it.go_on().gone_at is None


def test_many_gone_at_once_fail_nobody_and_alert(opened, manager, asha, caplog, run_due):
    it = opened(asha)
    others = [make_request(by=manager, signers=[asha], setu_id=f"gone-{n}") for n in range(GONE_MANY)]
    it.world.delete(it.setu_id)
    ten_minutes_pass_since_gone(it.go_on())
    SignatureRequest.objects.filter(id__in=[other.id for other in others]).update(gone_at=it.request.gone_at)
    request = it.go_on()
    assert request.stage == "submitted"
    assert "setu.many_requests_gone" in errors_logged(caplog)
    assert 590 < due_in(request) <= 600

    # As a good answer leaves it.
    SignatureRequest.objects.filter(id=others[0].id).update(gone_at=None, confirmed_at=Now())
    assert it.go_on().status == "failed"


def all_gone_for_ten_minutes(its) -> None:
    """Each has had its first 404, and its next one is due."""
    for it in its:
        ten_minutes_pass_since_gone(it.request)


def test_a_setu_that_knows_none_of_a_few_requests_for_ten_minutes_ends_none(opened, asha):
    its = [opened(asha) for _ in range(4)]
    its[0].world.fault("status", endpoint="get", status=404, times=2 * len(its))
    for it in its:
        assert it.go_on().gone_at is not None
    all_gone_for_ten_minutes(its)
    for it in its:
        request = it.go_on()
        assert (request.stage, request.status) == ("submitted", "sign_initiated")
        assert 0 <= due_in(request) <= 600
    for it in its:
        assert it.go_on().gone_at is None
        assert it.request.status == "sign_initiated"


def test_one_that_is_gone_while_setu_knows_another_ends_after_ten_minutes(opened, asha, manager):
    it, other = opened(asha), opened(asha)
    it.world.delete(it.setu_id)
    ten_minutes_pass_since_gone(it.go_on())
    assert it.go_on().stage == "submitted", "nothing else has been heard of Setu since"
    assert other.go_on().stage == "submitted"
    assert it.go_on().status == "failed"


@pytest.mark.django_db(transaction=True)
def test_after_a_404_another_request_is_asked_about_without_anybody_ringing(opened, asha):
    it, other = opened(asha), opened(asha)
    before = other.request.confirmed_at
    it.world.delete(it.setu_id)
    assert it.go_on().gone_at is not None
    assert other.request.confirmed_at != before
    ten_minutes_pass_since_gone(it.request)
    assert it.go_on().status == "failed"


@pytest.mark.django_db(transaction=True)
def test_two_that_are_both_gone_do_not_keep_asking_about_each_other(opened, asha):
    its = [opened(asha), opened(asha)]
    for it in its:
        it.world.delete(it.setu_id)
    calls = its[0].world.calls["get"]
    its[0].go_on()
    assert its[0].world.calls["get"] - calls <= 2
    all_gone_for_ten_minutes(its)
    calls = its[0].world.calls["get"]
    its[0].go_on()
    assert its[0].world.calls["get"] - calls == 1
    assert [it.request.stage for it in its] == ["submitted", "submitted"]
    assert all(590 < due_in(it.request) <= 600 for it in its)


@pytest.mark.django_db(transaction=True)
def test_where_all_that_are_open_are_gone_people_are_told_and_after_a_day_they_end(
    opened, asha, manager, as_user, caplog
):
    its = [opened(asha), opened(asha)]
    for it in its:
        it.world.delete(it.setu_id)
    its[0].go_on()
    all_gone_for_ten_minutes(its)
    for it in its:
        it.go_on()
        told = as_user(manager).get(f"signature/{it.request_id}/").json()
        assert told["trouble"] == "Setu answered that it does not know this request. It is tried again."
    assert errors_logged(caplog).count("setu.no_request_found_since") == 2

    SignatureRequest.objects.update(gone_at=F("gone_at") - timedelta(hours=23, minutes=45))
    assert its[0].go_on().stage == "submitted", "a day is not over"
    SignatureRequest.objects.update(gone_at=F("gone_at") - timedelta(minutes=10))
    assert [it.go_on().ending_reason for it in its] == ["withdrawn_at_setu"] * 2
    assert [job_of(it.request).due_at for it in its] == [None, None]


@pytest.mark.django_db(transaction=True)
def test_a_setu_that_has_forgotten_all_is_not_asked_about_one_after_the_other(opened, asha, manager):
    it = opened(asha)
    for n in range(2 * GONE_MANY):
        make_request(by=manager, signers=[asha], setu_id=f"gone-{n}")
    it.world.delete(it.setu_id)
    calls = it.world.calls["get"]
    it.go_on()
    assert it.world.calls["get"] - calls == GONE_MANY + 1


DEAF = [("dead job", {}), ("all signed", {"stage": "archiving"})]


def no_answer_comes_of(it, why: str, fields: dict[str, str]) -> None:
    SignatureRequest.objects.filter(id=it.request_id).update(bucket_at=None, **fields)
    if why == "dead job":
        Job.objects.filter(subject=it.request_id).update(dead_at=Now())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("why", "fields"), DEAF)
def test_none_is_asked_about_that_could_not_answer(opened, asha, why, fields):
    it, deaf, other = opened(asha), opened(asha), opened(asha)
    no_answer_comes_of(deaf, why, fields)
    SignatureRequest.objects.filter(id=other.request_id).update(bucket_at=after(-1), confirmed_at=None)
    it.world.delete(it.setu_id)
    it.go_on()
    assert other.request.confirmed_at is not None
    ten_minutes_pass_since_gone(it.request)
    assert it.go_on().status == "failed"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("why", "fields"), DEAF)
def test_beside_one_that_could_not_answer_a_request_is_believed_to_be_gone(opened, asha, why, fields):
    it, deaf = opened(asha), opened(asha)
    no_answer_comes_of(deaf, why, fields)
    it.world.delete(it.setu_id)
    ten_minutes_pass_since_gone(it.go_on())
    assert it.go_on().status == "failed"


@pytest.mark.django_db(transaction=True)
def test_if_setu_fails_for_the_one_asked_about_the_next_404_asks_about_another(opened, asha):
    it, failing, other = opened(asha), opened(asha), opened(asha)
    it.world.fault("status", endpoint="get", status=503, request_id=failing.setu_id, times=9)
    SignatureRequest.objects.filter(id=failing.request_id).update(bucket_at=None)
    SignatureRequest.objects.filter(id=other.request_id).update(bucket_at=after(-1), confirmed_at=None)
    it.world.delete(it.setu_id)
    it.go_on()
    assert (job_of(failing.request).failures, other.request.confirmed_at) == (1, None)
    ten_minutes_pass_since_gone(it.request)
    assert it.go_on().stage == "submitted"
    assert other.request.confirmed_at is not None
    assert it.go_on().status == "failed"


def test_ringing_for_one_that_is_gone_while_its_file_is_awaited_keeps_to_the_bucket(
    opened, asha, manager, run_due
):
    it = opened(asha)
    it.sign(0)
    it.world.fault("status", endpoint="download", status=404, times=100)
    assert it.go_on().stage == "archiving"
    calls = it.world.calls["download"]
    for _ in range(20):
        request_check(request=it.request, by=manager)
        run_due()
    assert it.world.calls["download"] - calls <= 5


def test_those_that_have_ended_are_not_counted_among_the_gone(opened, manager, asha):
    it = opened(asha)
    for n in range(GONE_MANY + 1):
        make_request(
            by=manager,
            signers=[asha],
            setu_id=f"gone-{n}",
            stage="ended",
            ending="failed",
            gone_at=it.request.created_at,
        )
    it.world.delete(it.setu_id)
    ten_minutes_pass_since_gone(it.go_on())
    assert it.go_on().status == "failed"
