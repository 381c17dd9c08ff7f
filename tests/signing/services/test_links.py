"""The signer's way to Setu and back, as a browser goes it. Files are in test_file_links.py."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core import signing
from django.db.models import F

from core.models import Event, Job, User
from signing.errors import AlreadySigned
from signing.models import Signer, Stray, Submission
from signing.services.links import RELEASE_SALT, _release, release_url
from signing.states import Stage
from tests.builders import make_request, reloaded
from tests.signing.builders import due_in, events, job_of

NOON = datetime(2026, 5, 3, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def request_row(manager, asha, ravi):
    return make_request(by=manager, signers=[asha, ravi])


def link_of(user: User) -> str:
    signer = Signer.objects.get(user=user)
    user = User.objects.get(id=user.id)
    return path(release_url(signer_id=signer.id, token_version=user.token_version))


def path(url: str) -> str:
    return url.removeprefix("http://localhost:8000")


def nothing_released(request) -> bool:
    signers = Signer.objects.filter(request=request, released_at__isnull=False)
    return not signers.exists() and "link.released" not in events(request)


def private(response) -> bool:
    return (response["Cache-Control"], response["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_a_signers_link_leads_to_setu(client, request_row, asha):
    response = client.get(link_of(asha))
    assert (response.status_code, response["Location"]) == (303, "https://setu.test/sign/setu-1/1")
    assert private(response)


def test_following_the_link_is_an_event_and_activity(client, request_row, asha):
    client.get(link_of(asha))
    event = Event.objects.get(chain=request_row.id)
    signer = Signer.objects.get(user=asha)
    assert (event.kind, event.actor) == ("link.released", asha.id)
    assert event.payload.data == {"signer": str(signer.id)}
    assert reloaded(request_row).activity_at == signer.released_at is not None
    assert 25 < due_in(request_row) <= 30
    assert job_of(request_row).cause == "clock"


def test_following_it_twice_leads_to_the_same_place(client, request_row, asha):
    assert [client.get(link_of(asha))["Location"] for _ in range(2)] == [
        "https://setu.test/sign/setu-1/1"
    ] * 2
    assert events(request_row) == ["link.released", "link.released"]


def test_a_link_is_for_its_signer_only(client, request_row, ravi):
    assert client.get(link_of(ravi))["Location"] == "https://setu.test/sign/setu-1/2"
    assert Signer.objects.get(user__username="asha").released_at is None


@pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}])
def test_a_prefetch_releases_nothing(client, request_row, asha, headers):
    response = client.get(link_of(asha), headers=headers)
    assert (response.status_code, response.content, "Location" in response) == (204, b"", False)
    assert nothing_released(request_row)


def test_a_head_releases_nothing(client, request_row, asha):
    response = client.head(link_of(asha))
    assert (response.status_code, "Location" in response) == (204, False)
    assert nothing_released(request_row)


def test_a_post_is_not_taken(client, request_row, asha):
    assert client.post(link_of(asha)).status_code == 405
    assert nothing_released(request_row)


def test_a_link_stays_the_same_for_ten_minutes_and_lives_ten_to_twenty(client, request_row, asha):
    with time_machine.travel(NOON, tick=False) as clock:
        link = link_of(asha)
        clock.shift(9 * 60)
        assert link_of(asha) == link
        clock.shift(60)
        assert link_of(asha) != link
        assert client.get(link).status_code == 303
        clock.shift(9 * 60 + 29)
        assert client.get(link).status_code == 303
        clock.shift(1)
        expired = client.get(link)
    assert expired.status_code == 410
    assert "expired" in expired.content.decode()
    assert private(expired)


def test_signing_out_everywhere_ends_the_link(client, request_row, asha):
    link = link_of(asha)
    User.objects.filter(id=asha.id).update(token_version=F("token_version") + 1)
    assert client.get(link).status_code == 410
    assert nothing_released(request_row)


def test_somebody_who_has_left_has_no_link(client, request_row, asha):
    link = link_of(asha)
    User.objects.filter(id=asha.id).update(is_active=False)
    assert client.get(link).status_code == 410


def test_a_link_cannot_be_made_up(client, request_row, asha):
    signer, far = Signer.objects.get(user=asha), 2_000_000_000
    good = link_of(asha)
    forged = [
        good[:-3] + "x/",
        "/s/nonsense/",
        "/s/%00/",
        f"/s/{signing.Signer(salt='signing.file', sep='.').sign_object([signer.id.hex, 0, far])}/",
        f"/s/{signing.Signer(salt=RELEASE_SALT, sep='.', key='k').sign_object([signer.id.hex, 0, far])}/",
    ]
    assert [client.get(link).status_code for link in forged] == [404] * 5
    assert nothing_released(request_row)


def test_who_has_signed_is_told_so_also_while_another_signs(client, request_row, asha, ravi):
    Signer.objects.filter(user=asha).update(setu_status="signed")
    for _ in range(2):
        response = client.get(link_of(asha))
        assert (response.status_code, "You have signed" in response.content.decode()) == (
            409,
            True,
        )
        Signer.objects.filter(user=ravi).update(setu_status="in_progress")
    assert nothing_released(request_row)


def test_while_somebody_else_signs_the_page_says_so_and_we_look(client, request_row, asha, ravi):
    Signer.objects.filter(user=ravi).update(setu_status="in_progress")
    response = client.get(link_of(asha))
    assert response.status_code == 409
    assert "Somebody else is signing" in response.content.decode()
    assert (job_of(request_row).cause, due_in(request_row) <= 0) == ("link", True)
    assert nothing_released(request_row)
    assert client.get(link_of(ravi)).status_code == 303


@pytest.mark.parametrize("stage", [Stage.QUEUED, Stage.ARCHIVING, Stage.QUARANTINED])
def test_before_and_after_the_signing_the_page_is_not_ready(client, manager, asha, stage):
    request = make_request(by=manager, signers=[asha], stage=stage)
    response = client.get(link_of(asha))
    assert (response.status_code, "Location" in response) == (409, False)
    assert nothing_released(request)


def test_an_ended_request_has_nothing_to_sign(client, manager, asha):
    request = make_request(by=manager, signers=[asha], stage="ended", ending="cancelled")
    response = client.get(link_of(asha))
    assert (response.status_code, "has ended" in response.content.decode()) == (409, True)
    assert nothing_released(request)


def test_an_orphans_link_is_never_given_out(client, request_row, asha):
    Submission.objects.update(orphaned_at=reloaded(request_row).created_at)
    assert client.get(link_of(asha)).status_code == 409
    assert nothing_released(request_row)


def test_coming_back_leads_to_the_frontend_and_rings(client, request_row, settings):
    reference = Submission.objects.get().reference
    response = client.get(f"/return/{reference}/?id=setu-1&success=True&signerIdentifier=x")
    assert (response.status_code, response["Location"]) == (303, settings.FRONTEND_URL)
    assert private(response)
    assert job_of(request_row).cause == "return"
    assert reloaded(request_row).status == "sign_initiated"


@pytest.mark.parametrize("reference", ["0" * 32, "x", "%00", "a%0Ab"])
def test_coming_back_with_an_unknown_reference_is_a_page(client, request_row, reference):
    response = client.get(f"/return/{reference}/?id=setu-9")
    assert response.status_code == 404
    assert "<h1>" in response.content.decode()
    assert not Job.objects.exists()
    assert not Stray.objects.exists()


@pytest.mark.parametrize("query", ["id=lost-1", "a=1&id=lost-1", "id=lost-%001"])
def test_coming_back_to_an_open_create_names_the_lost_request(client, request_row, query):
    Submission.objects.update(setu_id=None)
    assert client.get(f"/return/{Submission.objects.get().reference}/?{query}").status_code == 303
    assert Stray.objects.get().setu_id == "lost-1"


def test_what_the_browser_says_is_never_shown(client, request_row):
    response = client.get("/return/x/?errorMessage=<script>alert(1)</script>&errCode=<b>")
    assert b"script" not in response.content
    assert b"<b>" not in response.content


def test_a_signer_who_signs_while_the_link_is_followed_gets_no_address(request_row, asha):
    """What was read before the lock is read again under it."""
    signer = Signer.objects.select_related("user", "request").get(user=asha)
    Signer.objects.filter(id=signer.id).update(setu_status="signed")
    with pytest.raises(AlreadySigned):
        _release(signer)
