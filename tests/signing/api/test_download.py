from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.builders import make_request


@pytest.mark.parametrize(
    ("stage", "ending", "status"),
    [
        ("queued", "", "queued"),
        ("submitted", "", "sign_initiated"),
        ("archiving", "", "sign_pending"),
        ("quarantined", "", "quarantined"),
        ("ended", "cancelled", "cancelled"),
        ("ended", "failed", "failed"),
    ],
)
def test_there_is_no_file_before_completion(manager, asha, as_user, stage, ending, status):
    request = make_request(by=manager, signers=[asha], stage=stage, ending=ending)
    answer = as_user(manager).get(f"download/{request.id}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_complete")
    assert answer.json()["request_status"] == status
    assert "downloadUrl" not in answer.json()


def test_the_link_works_without_a_token_and_without_setu(opened, manager, asha, as_user, client):
    it = opened(asha)
    it.sign(0)
    it.go_on()
    it.world.delete(it.setu_id)
    calls = it.world.calls
    for viewer in (manager, asha):
        answer = as_user(viewer).get(f"download/{it.request_id}/")
        assert (answer.status_code, list(answer.json())) == (200, ["downloadUrl"])
        file = client.get(answer.json()["downloadUrl"].removeprefix("http://localhost:8000"))
        assert file["Content-Disposition"] == 'attachment; filename="Contract (signed).pdf"'
        assert b"".join(file.streaming_content).startswith(b"%PDF-")
    assert it.world.calls == calls


def test_the_link_ends_after_five_minutes(opened, asha, as_user, client):
    it = opened(asha)
    it.sign(0)
    it.go_on()
    url = as_user(asha).get(f"download/{it.request_id}/").json()["downloadUrl"]
    with time_machine.travel(timezone.now() + timedelta(seconds=301)):
        assert client.get(url.removeprefix("http://localhost:8000")).status_code == 410


def test_somebody_not_involved_finds_nothing(manager, asha, ravi, stranger, as_user):
    request = make_request(by=manager, signers=[asha], stage="ended", ending="sign_complete")
    assert [as_user(user).get(f"download/{request.id}/").status_code for user in (ravi, stranger)] == [
        404
    ] * 2
