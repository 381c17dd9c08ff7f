from datetime import UTC, datetime
from itertools import product

import pytest

from signing.models import SignatureRequest
from signing.services.moves import request_end, stage_move
from signing.states import (
    ALLOWED,
    ENDINGS,
    SignerStatus,
    Stage,
    Status,
    may_move,
    signer_status_of,
    status_of,
)

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)
MOVES = {
    ("queued", "submitted"),
    ("queued", "ended"),
    ("submitted", "archiving"),
    ("submitted", "ended"),
    ("archiving", "quarantined"),
    ("archiving", "ended"),
    ("quarantined", "archiving"),
    ("quarantined", "ended"),
}
# What users see while people sign: Setu's word and whether somebody has signed → our word.
WHILE_SIGNING = {
    ("", False): "sign_initiated",  # submitted, and not looked at yet
    ("sign_initiated", False): "sign_initiated",
    ("sign_initiated", True): "sign_pending",
    ("sign_pending", True): "sign_pending",
    ("sign_pending", False): "sign_initiated",  # Setu's word after a failed attempt, nobody has signed
    ("sign_in_progress", False): "sign_in_progress",
    ("sign_in_progress", True): "sign_in_progress",
    ("sign_suspended", False): "sign_initiated",  # a word we do not know
    ("sign_suspended", True): "sign_pending",
}


@pytest.mark.parametrize("new", Stage)
@pytest.mark.parametrize("old", Stage)
def test_only_the_moves_of_the_table_are_made(old, new):
    request = SignatureRequest(stage=old)
    allowed = (old.value, new.value) in MOVES
    assert may_move(old=old, new=new) is allowed
    if allowed:
        stage_move(request, new)
        assert request.stage == new
    else:
        with pytest.raises(ValueError, match=f"from {old} to {new}"):
            stage_move(request, new)
        assert request.stage == old


def test_each_stage_has_a_row_and_only_the_end_is_final():
    assert set(ALLOWED) == set(Stage)
    assert [stage for stage in Stage if not ALLOWED[stage]] == [Stage.ENDED]


def test_every_stage_can_reach_the_end():
    reached = {Stage.ENDED}
    for _ in Stage:
        reached |= {stage for stage in Stage if ALLOWED[stage] & reached}
    assert reached == set(Stage)


@pytest.mark.parametrize(("words", "shown"), WHILE_SIGNING.items())
def test_what_users_see_while_people_sign(words, shown):
    setu_status, somebody = words
    signers = ["pending", "signed"] if somebody else ["pending", "in_progress"]
    assert status_of(stage="submitted", ending="", setu_status=setu_status, signer_statuses=signers) == shown


@pytest.mark.parametrize(
    ("stage", "shown"),
    [("queued", "queued"), ("archiving", "sign_pending"), ("quarantined", "quarantined")],
)
def test_elsewhere_our_stage_decides_whatever_setu_says(stage, shown):
    for setu_status, signers in product(
        ["", "sign_in_progress", "sign_complete", "?"], [[], ["signed"], ["in_progress"]]
    ):
        assert status_of(stage=stage, ending="", setu_status=setu_status, signer_statuses=signers) == shown


@pytest.mark.parametrize("ending", sorted(ENDINGS))
def test_an_ended_request_shows_how_it_ended(ending):
    shown = status_of(
        stage="ended", ending=ending, setu_status="sign_in_progress", signer_statuses=["signed"]
    )
    assert shown == ending


def test_an_ended_request_without_an_ending_is_a_fault_of_ours():
    with pytest.raises(ValueError, match="not a valid Status"):
        status_of(stage="ended", ending="", setu_status="sign_complete", signer_statuses=[])


def test_complete_is_never_shown_before_the_file_is_stored():
    open_stages = [stage for stage in Stage if stage != Stage.ENDED]
    for stage, setu_status in product(open_stages, ["", "sign_complete"]):
        shown = status_of(stage=stage, ending="", setu_status=setu_status, signer_statuses=["signed"])
        assert shown != Status.SIGN_COMPLETE


def test_every_status_can_be_shown():
    shown = {
        status_of(stage=stage, ending="", setu_status=word, signer_statuses=signers)
        for stage, word, signers in product(
            [stage for stage in Stage if stage != Stage.ENDED], ["", "sign_in_progress"], [[], ["signed"]]
        )
    }
    assert shown | ENDINGS == set(Status)
    assert not shown & ENDINGS


@pytest.mark.parametrize(
    ("setu_status", "err_code", "shown"),
    [
        ("pending", "", SignerStatus.PENDING),
        ("pending", "otp_expired", SignerStatus.PENDING),
        ("pending", "signer_declined", SignerStatus.DECLINED),
        ("in_progress", "", SignerStatus.IN_PROGRESS),
        ("in_progress", "signer_declined", SignerStatus.IN_PROGRESS),  # they have come back
        ("signed", "", SignerStatus.SIGNED),
        ("signed", "signer_declined", SignerStatus.SIGNED),
        ("hesitating", "", SignerStatus.PENDING),
        ("hesitating", "new_code", SignerStatus.PENDING),
    ],
)
def test_what_users_see_of_a_signer(setu_status, err_code, shown):
    assert signer_status_of(setu_status=setu_status, err_code=err_code) is shown


def test_an_ended_request_cannot_end_again():
    request = SignatureRequest(stage=Stage.SUBMITTED)
    request_end(request, ending=Status.FAILED, reason="withdrawn_at_setu", now=NOON)
    with pytest.raises(ValueError, match="cannot move"):
        request_end(request, ending=Status.CANCELLED, now=NOON)
    assert (request.status, request.ending_reason) == ("failed", "withdrawn_at_setu")
