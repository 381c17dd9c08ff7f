"""Setu finds no signed file, or no request any more, when everybody has signed."""

import pytest

from signing.services.archive import NO_FILE
from tests.signing.builders import due_in, job_of, ten_minutes_pass_since_gone


def gone(it):
    """Everybody has signed, and now Setu finds neither the file nor the request."""
    if it.request.stage != "archiving":
        it.world.fault("status", endpoint="download", status=503)
        it.go_on()
    for endpoint in ("download", "get"):
        it.world.fault("status", endpoint=endpoint, status=404)
    return it.go_on()


def test_a_file_that_setu_cannot_find_of_a_request_that_it_knows_is_asked_for_until_it_is_there(
    opened, asha, ravi
):
    it, other = opened(asha), opened(ravi)
    it.sign(0)
    for _ in range(3):
        it.world.fault("status", endpoint="download", status=404)
        request = it.go_on()
        assert (request.stage, request.gone_at) == ("archiving", None)
        assert job_of(request).last_error == NO_FILE
        assert 0 < due_in(request) <= 72
        other.go_on()
    assert it.go_on().status == "sign_complete"


def test_a_setu_that_does_not_answer_whether_it_knows_the_request_ends_nothing(opened, asha):
    it = opened(asha)
    it.sign(0)
    ten_minutes_pass_since_gone(gone(it))
    it.world.fault("status", endpoint="download", status=404)
    it.world.fault("status", endpoint="get", status=503)
    request = it.go_on()
    assert (request.stage, request.gone_at is None) == ("archiving", False)
    it.world.fault("status", endpoint="download", status=404)
    request = it.go_on()
    assert (request.stage, request.gone_at) == ("archiving", None), "Setu knows it: the count begins anew"


def test_a_document_withdrawn_before_we_had_it_takes_two_404s(opened, asha):
    it = opened(asha)
    it.sign(0)
    request = gone(it)
    assert (request.stage, due_in(request) > 590) == ("archiving", True)
    ten_minutes_pass_since_gone(request)
    request = gone(it)
    assert (request.status, request.ending_reason) == ("failed", "withdrawn_at_setu")


@pytest.mark.parametrize("fault", ["truncated", "unsigned", "expired_link"])
def test_a_link_in_between_starts_the_count_of_404s_again(opened, asha, fault):
    it = opened(asha)
    it.sign(0)
    ten_minutes_pass_since_gone(gone(it))
    it.world.fault(fault, endpoint="file")
    request = it.go_on()
    assert request.gone_at is None
    assert gone(it).stage == "archiving"
