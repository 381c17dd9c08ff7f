"""Complete means proven and in our hands."""

import hashlib

import httpx
import pytest

from core import jobs
from core.storage import blob_name, blob_read
from signing import setu_provider
from signing.models import SignedFile, Signer
from signing.services.archive import ALIKE_MAX, request_archive
from signing.services.requests import request_check
from signing.setu_provider import setu_client
from tests.builders import reloaded
from tests.signing.builders import (
    Between,
    claimed,
    due_in,
    errors_logged,
    events,
    job_of,
)


def until_signed(it, *nos, fault, **args):
    """Everybody has signed, and the file has trouble on its way to us."""
    it.world.fault(fault, **args)
    it.sign(*nos)
    return it.go_on()


def archive(request, claim) -> None:
    request_archive(claim=claim, request=request, submission=request.submissions.get(), setu=setu_client())


def test_the_signed_file_is_stored_and_then_the_request_is_complete(opened, asha, ravi):
    it = opened(asha, ravi)
    it.sign(0, 1)
    request = it.go_on()
    assert (request.stage, request.status, request.ending_reason) == ("ended", "sign_complete", "")
    assert request.ended_at is not None
    file = SignedFile.objects.get(request=request)
    content = blob_read(file.blob)
    assert file.blob == f"{request.organization_id}/{hashlib.sha256(content).hexdigest()}"
    assert file.blob == blob_name(organization_id=request.organization_id, content=content)
    assert (file.sha256, file.size, file.signatures) == (
        hashlib.sha256(content).hexdigest(),
        len(content),
        2,
    )
    assert content.startswith(blob_read(request.document.blob)[:8])
    assert job_of(request).due_at is None
    assert events(request)[-1] == "request.completed"


def test_nothing_is_asked_of_setu_after_completion(opened, asha):
    it = opened(asha)
    it.sign(0)
    it.go_on()
    calls = it.world.calls
    jobs.ring("signing.request", subject=it.request_id, cause="callback")
    it.run_due()
    assert it.world.calls == calls
    assert it.request.status == "sign_complete"


def test_archiving_twice_gives_the_same_and_the_second_writes_nothing(opened, asha, caplog):
    it = opened(asha)
    it.sign(0)
    it.world.fault("status", endpoint="download", status=503)
    request = it.go_on()
    assert request.stage == "archiving"
    stale = claimed(request)
    archive(request, claimed(request))
    done = reloaded(request)
    with pytest.raises(jobs.LeaseLost):
        archive(request, stale)
    assert reloaded(request).__dict__ | {"_state": None} == done.__dict__ | {"_state": None}
    assert SignedFile.objects.filter(request=request).count() == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("truncated", "unparsable"),
        ("empty", "empty"),
        ("not_pdf", "not_a_pdf"),
    ],
)
def test_a_bad_transfer_is_tried_again_and_counts_for_nothing(opened, asha, fault, told):
    it = opened(asha)
    request = until_signed(it, 0, fault=fault, times=ALIKE_MAX + 1)
    for _ in range(ALIKE_MAX):
        request = it.go_on()
    assert (request.stage, request.status, request.bad_file_times) == ("archiving", "sign_pending", 0)
    assert told in job_of(request).last_error
    assert due_in(request) <= 72
    assert it.go_on().status == "sign_complete"
    assert job_of(request).last_error == ""


@pytest.mark.parametrize(
    ("endpoint", "fault", "args"),
    [
        ("file", "expired_link", {}),
        ("download", "expired_link", {}),
        ("file", "status", {"status": 500}),
        ("file", "status", {"status": 404}),
        ("file", "accept_then_hang", {}),
        ("download", "status", {"status": 429}),
        ("download", "status", {"status": 401}),
        ("download", "accept_then_hang", {}),
        ("download", "status", {"status": 400}),  # `document_not_signed`: not ready yet
    ],
)
def test_whatever_keeps_the_file_away_a_new_link_is_asked_for_later(opened, asha, endpoint, fault, args):
    it = opened(asha)
    request = until_signed(it, 0, fault=fault, endpoint=endpoint, **args)
    assert (request.stage, request.status) == ("archiving", "sign_pending")
    assert (job_of(request).failures, job_of(request).crashes) == (1, 0)
    assert 1.5 < due_in(request) <= 2.4
    links = it.world.calls["download"]
    assert it.go_on().status == "sign_complete"
    assert it.world.calls["download"] == links + 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("missing_signature", "wrong_signature_count"),
        ("unsigned", "no_signatures"),
        ("wrong_file", "wrong_page_count"),
    ],
)
def test_a_file_that_fails_the_check_five_times_alike_is_quarantined(
    opened, asha, ravi, fault, reason, caplog
):
    it = opened(asha, ravi)
    request = until_signed(it, 0, 1, fault=fault, times=ALIKE_MAX)
    for times in range(1, ALIKE_MAX):
        assert (request.stage, request.bad_file_times) == ("archiving", times)
        assert reason in job_of(request).last_error
        assert due_in(request) > 1
        request = it.go_on()
    assert (request.stage, request.status, request.ending_reason) == ("quarantined", "quarantined", reason)
    assert job_of(request).due_at is None
    assert events(request)[-1] == "request.quarantined"
    assert errors_logged(caplog).count("archive.check_failed") == ALIKE_MAX
    assert not SignedFile.objects.exists()
    calls = it.world.calls
    it.go_on()
    assert it.world.calls == calls


def test_a_whole_file_that_nobody_can_read_is_quarantined_too(opened, asha):
    it = opened(asha)

    def unreadable(sent: httpx.Request, response: httpx.Response) -> httpx.Response:
        if sent.url.host != "files.setu.test":
            return response
        return httpx.Response(
            200, content=b"%PDF-1.7\nno PDF\n%%EOF\n", headers={"Content-Type": "application/pdf"}
        )

    setu_provider.plug(Between(it.world, unreadable))
    it.sign(0)
    for _ in range(ALIKE_MAX):
        it.go_on()
    assert (it.request.status, it.request.ending_reason) == ("quarantined", "file_unreadable")


def test_a_file_that_changes_starts_the_count_again(opened, asha, ravi):
    it = opened(asha, ravi)
    request = until_signed(it, 0, 1, fault="missing_signature", times=4)
    for _ in range(3):
        request = it.go_on()
    assert request.bad_file_times == 4
    it.world.fault("unsigned", times=2)
    assert it.go_on().bad_file_times == 1
    assert it.go_on().bad_file_times == 2
    assert it.go_on().status == "sign_complete"


def test_a_link_to_a_strange_host_is_not_followed_and_alerts(opened, asha, caplog):
    it = opened(asha)

    def elsewhere(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        assert request.url.host in ("setu.test", "files.setu.test")
        if not request.url.path.endswith("/download"):
            return response
        return httpx.Response(200, json=response.json() | {"downloadUrl": "https://files.evil.test/x"})

    setu_provider.plug(Between(it.world, elsewhere))
    it.sign(0)
    request = it.go_on()
    assert request.stage == "archiving"
    assert job_of(request).last_error == "host not allowed"
    assert "setu.unexpected" in errors_logged(caplog)
    assert it.world.calls["file"] == 0


def test_setus_keys_do_not_travel_to_the_storage(opened, asha):
    it = opened(asha)
    seen: list[str] = []

    def watch(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.url.host == "files.setu.test":
            seen.extend(request.headers)
        return response

    setu_provider.plug(Between(it.world, watch))
    it.sign(0)
    assert it.go_on().status == "sign_complete"
    assert [name for name in seen if name.startswith("x-") or name == "authorization"] == []
    assert seen


def test_a_check_of_a_quarantined_request_fetches_the_file_anew(opened, asha, manager):
    it = opened(asha)
    request = until_signed(it, 0, fault="unsigned", times=ALIKE_MAX)
    for _ in range(ALIKE_MAX):
        request = it.go_on()
    assert request.status == "quarantined"
    request_check(request=request, by=manager)
    assert it.go_on().status == "sign_complete"


def test_signers_that_setu_shows_late_are_seen_before_the_file_is_judged(opened, asha, ravi):
    it = opened(asha, ravi)
    request = until_signed(it, 0, 1, fault="truncated", times=1)
    Signer.objects.filter(request=request, no=2).update(setu_status="pending", seen_look=0)
    assert it.go_on().status == "sign_complete"
    assert Signer.objects.get(request=request, no=2).setu_status == "signed"
