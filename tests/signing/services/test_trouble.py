"""What holds a request up is told to people, and a person can set it going again."""

import pytest
from django.db.models.functions import Now

from core.models import Job
from tests.signing.builders import ask, job_of, owed


@pytest.mark.parametrize(
    ("status", "word"),
    [(500, "Setu does not answer as it should"), (401, "does not accept SignFlow's credentials")],
)
def test_while_setu_fails_the_request_says_so_and_forgets_it_afterwards(
    world, manager, asha, run_due, as_user, status, word
):
    world.fault("status", endpoint="upload", status=status)
    request = ask(asha, by=manager)
    run_due()
    told = as_user(manager).get(f"signature/{request.id}/").json()
    assert word in told["trouble"]
    assert told["next_check_at"]
    owed(request)
    run_due()
    assert as_user(manager).get(f"signature/{request.id}/").json()["trouble"] is None


def test_work_that_was_given_up_is_told_and_a_check_takes_it_up_again(world, manager, asha, run_due, as_user):
    request = ask(asha, by=manager)
    Job.objects.filter(subject=request.id).update(dead_at=Now(), crashes=6)
    run_due()
    told = as_user(manager).get(f"signature/{request.id}/").json()
    assert "Support" in told["trouble"]
    assert told["next_check_at"] is None
    assert as_user(manager).post(f"signature/{request.id}/check/").status_code == 202
    run_due()
    assert as_user(manager).get(f"signature/{request.id}/").json()["status"] == "sign_initiated"
    assert job_of(request).dead_at is None


def test_checking_many_times_while_setu_fails_does_not_flood_it(world, manager, asha, run_due, as_user):
    world.fault("status", endpoint="upload", times=100, status=429, retry_after=60)
    request = ask(asha, by=manager)
    for _ in range(20):
        as_user(manager).post(f"signature/{request.id}/check/")
        run_due()
    assert world.calls["upload"] == 1
