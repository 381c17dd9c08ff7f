"""People, jobs, deliveries, strays and the front page, as a support person uses them."""

import pytest
from django.db.models.functions import Now

from core import heartbeats, jobs
from core.clock import after
from core.erasure import person_erase
from core.models import Event, Heartbeat, Job, User
from core.services.sessions import user_sign_in
from signing.models import Stray
from signing.states import REQUEST_JOB
from tests.builders import make_request
from tests.client import Api
from webhooks.models import InboundDelivery

USERS = "core/user"


def test_locking_and_unlocking_asks_first_and_is_told(desk, asha):
    token = Api(asha)
    assert "Nobody can sign in with a locked account" in desk.asked(USERS, "lock", asha)
    assert token.get("dashboard/").status_code == 200
    assert desk.act(USERS, "lock", asha) == ["The account is locked and its sessions have ended."]
    assert token.get("dashboard/").status_code == 401
    assert desk.act(USERS, "lock", asha) == ["The account is locked already."]
    assert desk.act(USERS, "unlock", asha) == ["The account is unlocked."]
    assert Api(User.objects.get(id=asha.id)).get("dashboard/").status_code == 200
    page = desk.get(f"core/organization/{asha.organization_id}/change/")
    assert "user locked" in page
    assert desk.user.username in page


def test_sessions_are_ended(desk, asha):
    token = Api(asha)
    assert desk.act(USERS, "end_sessions", asha) == ["All sessions have ended."]
    assert token.get("dashboard/").status_code == 401


def test_a_password_is_set_through_the_form_and_ends_the_sessions(desk, asha):
    token, new = Api(asha), "a rather long passphrase"
    answer = desk.post(f"{USERS}/{asha.id}/password/", {"new_password1": new, "new_password2": new})
    assert "The password is set and all sessions have ended." in answer.content.decode()
    assert token.get("dashboard/").status_code == 401
    assert user_sign_in(username="asha", password=new) == asha
    assert Event.objects.get(chain=asha.organization_id).kind == "user.password_set"


def test_an_erased_account_is_neither_unlocked_nor_given_a_password(desk, asha):
    person_erase(asha)
    page = desk.get(f"{USERS}/{asha.id}/change/")
    assert ("Set a password" in page, 'value="unlock"' in page) == (False, False)
    refusal = "The account was erased, and is closed for good."
    assert desk.act(USERS, "unlock", asha) == [refusal]
    new = "a rather long passphrase"
    answer = desk.post(f"{USERS}/{asha.id}/password/", {"new_password1": new, "new_password2": new})
    assert refusal in answer.content.decode()
    assert not User.objects.get(id=asha.id).has_usable_password()


@pytest.mark.parametrize(
    "pair", [("short", "short"), ("a rather long passphrase", "another"), ("12345678", "12345678")]
)
def test_a_weak_or_mistyped_password_is_refused(desk, asha, pair):
    token = Api(asha)
    answer = desk.post(f"{USERS}/{asha.id}/password/", {"new_password1": pair[0], "new_password2": pair[1]})
    assert "The password was not set." in answer.content.decode()
    assert token.get("dashboard/").status_code == 200


def test_an_own_new_password_does_not_throw_one_out(desk):
    new = "a rather long passphrase"
    desk.post(f"{USERS}/{desk.user.id}/password/", {"new_password1": new, "new_password2": new})
    desk.get()


def test_the_sites_own_form_for_a_new_password_ends_the_other_sessions(desk, root):
    new, before = "a rather long passphrase", root.token_version
    fields = {"old_password": "correct horse battery staple", "new_password1": new, "new_password2": new}
    desk.post("password_change/", fields)
    root.refresh_from_db()
    assert root.check_password(new)
    assert root.token_version == before + 1
    desk.get()


def test_people_are_found_by_the_beginning_of_their_name(desk, asha, ravi):
    page = desk.get(f"{USERS}/", q="ASH")
    assert ("asha" in page, ">ravi<" in page) == (True, False)


def test_a_dead_job_is_revived_from_its_page(desk, manager, asha):
    request = make_request(by=manager, signers=[asha])
    jobs.ring(REQUEST_JOB, subject=request.id, cause="created")
    Job.objects.update(dead_at=Now(), crashes=6, last_error="MemoryError")
    job = Job.objects.get()
    page = desk.get(f"core/job/{job.id}/change/")
    assert "Revive dead jobs" in page
    assert f"/admin/signing/signaturerequest/{request.id}/change/" in page
    assert desk.act("core/job", "revive", job) == ["The job is revived and due now."]
    assert desk.act("core/job", "revive", job) == ["The job is not dead; it was left alone."]
    assert "Revive dead jobs" not in desk.get(f"core/job/{job.id}/change/")


def test_deliveries_are_filtered_and_replayed(desk, manager, asha):
    request = make_request(by=manager, signers=[asha])
    for digest, to in (("matched", request), ("unmatched", None)):
        InboundDelivery.objects.create(digest=digest, setu_id="setu-1", size=1, request=to)
    late = InboundDelivery.objects.get(request=None)
    assert ">unmatched</span>" in desk.get("webhooks/inbounddelivery/", match="no")
    assert ">unmatched</span>" not in desk.get("webhooks/inbounddelivery/", match="yes")
    assert "what the delivery claims is not believed" in desk.asked(
        "webhooks/inbounddelivery", "replay", late
    )
    assert desk.act("webhooks/inbounddelivery", "replay", late) == [
        "Matched just now, and its request is rung."
    ]
    assert "claims nothing" not in desk.get(f"webhooks/inbounddelivery/{late.id}/change/")


@pytest.mark.parametrize("outcome", ["unknown", "signed"])
def test_strays_are_asked_about_again(desk, outcome):
    stray = Stray.objects.create(setu_id="whose", cause="callback", outcome=outcome)
    assert f">{outcome}</span>" in desk.get("signing/stray/", outcome=outcome)
    assert desk.act("signing/stray", "ask_again", stray) == ["Setu is asked again within moments."]
    stray.refresh_from_db()
    assert stray.outcome == ""
    assert Job.objects.get().subject == stray.id


def test_the_front_page_leads_to_what_was_signed_and_superseded(desk):
    assert ">signed</span>" not in desk.get("signing/stray/")
    Stray.objects.create(setu_id="whose", cause="orphan", outcome="signed")
    assert "signing/stray/?outcome=signed" in desk.get()


def test_the_front_page_tells_what_is_wrong(desk, manager, asha):
    page = desk.get()
    assert "never seen" in page
    heartbeats.beat("worker:here:1")
    heartbeats.beat("clock")
    page = desk.get()
    assert "never seen" not in page
    assert "badge bad" not in page
    Heartbeat.objects.update(at=after(-4000))
    request = make_request(by=manager, signers=[asha])
    Job.objects.create(kind=REQUEST_JOB, subject=request.id, dead_at=Now())
    InboundDelivery.objects.create(digest="1", setu_id="x", size=1)
    page = desk.get()
    assert page.count("silent for 67 min") == 2
    for words in ("Given up after five failures", "Begin here", "They name ids we do not know"):
        assert words in page


def test_the_lists_say_what_it_means_that_they_are_empty(desk):
    for path, words in (
        ("signing/signaturerequest/", "Nobody has asked for signatures yet"),
        ("webhooks/inbounddelivery/", "No callback has come yet"),
        ("core/job/", "There is no background work yet"),
        ("signing/stray/", "None: every id that was named is known"),
    ):
        assert words in desk.get(path)
