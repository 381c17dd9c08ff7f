from datetime import UTC, datetime, timedelta

import pytest

from signing.merge import Seen, SignerSeen
from signing.services.schedule import BUCKET_SIZE, bucket_after, bucket_wait, follow_up, next_look

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
HALF_A_DAY = 12 * 3600.0


def ago(**units: float) -> datetime:
    return NOW - timedelta(**units)


def shown(status: str = "sign_initiated", **signers: str) -> Seen:
    """As a look showed it; each signer as `status` or `status:err_code`."""
    parts = {key: (*value.split(":"), "")[:2] for key, value in signers.items()}
    return Seen(3, status, {key: SignerSeen(3, *words) for key, words in parts.items()})


@pytest.mark.parametrize(
    ("created", "activity", "seconds"),
    [
        (ago(days=9), ago(seconds=1), 30),
        (ago(days=9), ago(minutes=14, seconds=59), 30),
        (ago(days=9), ago(minutes=15), 600),
        (ago(days=9), ago(minutes=59, seconds=59), 600),
        (ago(days=9), ago(hours=1), 10_800),
        (ago(seconds=1), None, 600),  # new, and nobody has come yet
        (ago(hours=1), None, 10_800),
        (ago(seconds=1), ago(hours=2), 10_800),  # activity counts, where there is any
    ],
)
def test_looks_follow_activity(created, activity, seconds):
    assert next_look(now=NOW, created_at=created, activity_at=activity) == seconds


def test_the_settings_set_the_pace(settings):
    settings.CHECK_SECONDS_ACTIVE, settings.CHECK_SECONDS_WARM, settings.CHECK_SECONDS_COLD = 7, 70, 700
    waits = [
        next_look(now=NOW, created_at=ago(days=1), activity_at=at)
        for at in (NOW, ago(minutes=20), ago(days=1))
    ]
    assert waits == [7, 70, 700]


def test_there_are_at_least_two_looks_a_day_whatever_is_set(settings):
    settings.CHECK_SECONDS_COLD = 10_000_000
    planned = next_look(now=NOW, created_at=ago(days=30), activity_at=None)
    assert planned is not None
    assert planned * 1.2 <= HALF_A_DAY  # the jitter adds up to a fifth


@pytest.mark.parametrize("activity", [None, NOW, ago(days=1)])
def test_without_the_scheduler_open_requests_are_not_polled(settings, activity):
    settings.ENABLE_SCHEDULER = False
    assert next_look(now=NOW, created_at=NOW, activity_at=activity) is None


def test_a_claim_that_setu_does_not_show_is_followed_up_four_times_and_then_given_up():
    hint, waits = {"status": "sign_complete", "signers": {}}, []
    for _ in range(5):
        hint, wait = follow_up(hint, shown=shown("sign_pending"))
        waits.append(wait)
    assert waits == [1, 3, 10, 30, None]
    assert hint == {}


@pytest.mark.parametrize(
    ("claimed", "seen", "is_shown"),
    [
        ({}, shown(), True),
        ({"status": "sign_complete"}, shown("sign_complete"), True),
        ({"status": "sign_complete"}, shown("sign_pending"), False),
        ({"status": "sign_pending"}, shown("sign_in_progress"), True),  # of the states, only the end matters
        ({"signers": {"a": ["signed", ""]}}, shown(a="signed"), True),
        ({"signers": {"a": ["signed", ""]}}, shown(a="in_progress"), False),
        ({"signers": {"a": ["pending", "otp_expired"]}}, shown(a="pending:otp_expired"), True),
        ({"signers": {"a": ["pending", "otp_expired"]}}, shown(a="pending"), False),
        ({"signers": {"a": ["pending", "otp_expired"]}}, shown(a="signed"), True),  # and has signed since
        ({"signers": {"nobody": ["signed", ""]}}, shown(a="pending"), True),  # a forged id is no reason
        ({"signers": {"a": ["pending", ""], "b": ["signed", ""]}}, shown(a="pending", b="pending"), False),
    ],
)
def test_a_claim_is_kept_until_it_is_shown(claimed, seen, is_shown):
    kept, soon = follow_up(claimed, shown=seen)
    assert (kept, soon) == (({}, None) if is_shown else (claimed | {"tries": 1}, 1.0))


def test_five_looks_may_follow_each_other_and_then_one_in_ten_seconds():
    bucket, now, looks = None, NOW, []
    for _ in range(60):
        if bucket_wait(bucket, now=now) == 0:
            bucket = bucket_after(bucket, now=now)
            looks.append((now - NOW).total_seconds())
        now += timedelta(seconds=1)
    assert looks == [0, 1, 2, 3, 4, 10, 20, 30, 40, 50]


def test_an_empty_bucket_says_when_it_allows_the_next_look():
    bucket = None
    for _ in range(BUCKET_SIZE):
        assert bucket_wait(bucket, now=NOW) == 0
        bucket = bucket_after(bucket, now=NOW)
    assert bucket_wait(bucket, now=NOW) == 10
    assert bucket_wait(bucket, now=NOW + timedelta(seconds=4)) == 6


def test_a_rested_bucket_is_full_again_but_not_fuller():
    bucket = ago(days=1)
    for _ in range(BUCKET_SIZE):
        assert bucket_wait(bucket, now=NOW) == 0
        bucket = bucket_after(bucket, now=NOW)
    assert bucket_wait(bucket, now=NOW) == 10
