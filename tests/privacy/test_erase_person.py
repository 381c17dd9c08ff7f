"""`manage.py erase_person`: of the person nothing is left but an id; what belongs to others is whole."""

import io
import re
from datetime import date
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.management import CommandError, call_command
from django.test import Client

from core import erasure
from core.events import chain_broken_at, event_append
from core.models import Event, Job, Role, User
from core.services.users import user_create
from core.storage import blob_read
from signing.models import Document, SignatureRequest, SignedFile, Signer, Submission
from signing.services.cancel import request_cancel
from signing.services.documents import document_create
from signing.services.drift import drift_find
from signing.services.requests import Asked, request_create
from tests.builders import PASSWORD, make_employee, make_pdf
from tests.privacy.places import files, tables
from webhooks.models import InboundDelivery

pytestmark = pytest.mark.django_db
USERNAME, FULL_NAME, BORN = "zarinaquill", "Zarina Quillfeather", date(1987, 11, 23)
MARKS = ("zarina", "quill", "1987")


def leaks() -> dict[str, list[str]]:
    """The person's marks in any table, by table."""
    return {
        table: [row for row in text.splitlines() if any(mark in row.casefold() for mark in MARKS)]
        for table, text in tables().items()
        if any(mark in text.casefold() for mark in MARKS)
    }


def said(*options: str, person: str = USERNAME) -> str:
    out = io.StringIO()
    call_command("erase_person", person, *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def zarina(manager) -> User:
    return user_create(
        organization=manager.tenant,
        by=manager,
        username=USERNAME,
        password=PASSWORD,
        role=Role.MANAGER,
        full_name=FULL_NAME,
        dob=BORN,
    )


def asked(by: User, *signers: User, title: str, reason: str = "") -> SignatureRequest:
    document = document_create(by=by, name=title, content=make_pdf(len(title)))
    wanted = [Asked(user_id=user.id, pages=(1,), corner="bottom-left") for user in signers]  # type: ignore[arg-type]
    return request_create(by=by, document_id=document.id, signers=wanted, reason=reason)[0]


@pytest.fixture
def story(world, run_due, manager, zarina, ravi) -> list[SignatureRequest]:
    """Everything a person can leave: signed, cancelled, asked, uploaded, signed in; rows about them by others."""
    signed = asked(
        manager, zarina, ravi, title=f"Offer for {FULL_NAME}", reason=f"{FULL_NAME} joins, hello Zarina"
    )
    cancelled = asked(manager, zarina, title="Lease", reason="zarinaquill's flat")
    about = asked(manager, ravi, title=f"{FULL_NAME}: reference", reason=f"About {FULL_NAME}")
    hers = asked(zarina, ravi, title="Her plan", reason="QUILLFEATHER's plan")
    document_create(by=zarina, name="Zarina's draft", content=make_pdf(9))
    run_due()
    request_cancel(request=cancelled, by=manager, reason=f"{USERNAME} moved")
    request_cancel(request=about, by=manager, reason=f"{FULL_NAME} asked for it")
    request_cancel(request=hers, by=zarina, reason="Zarina said so")
    run_due()
    submission = Submission.objects.get(request=signed)
    for link in submission.links.order_by("signer__no"):
        world.sign(submission.setu_id, link.setu_signer_id)
    Job.objects.update(due_at="2020-01-01T00:00Z", rest_until=None)
    run_due()
    # As earlier releases wrote them.
    event_append(chain=cancelled.id, kind="request.cancel_asked", actor=manager, reason=f"{USERNAME} moved")
    event_append(
        chain=about.id, kind="request.cancel_asked", actor=manager, reason=f"{FULL_NAME} asked for it"
    )
    User.objects.filter(id=zarina.id).update(is_staff=True)
    client = Client()
    client.force_login(zarina)
    LogEntry.objects.create(user=manager, action_flag=CHANGE, object_id=str(zarina.id), object_repr=USERNAME)
    return [signed, cancelled, about, hers]


def test_of_the_person_no_mark_is_left_in_any_table(story, zarina, manager):
    assert len(leaks()) >= 5, "there is something to be erased"
    assert not InboundDelivery.objects.filter(request=story[0], setu_id="").exists()
    said("--yes")
    assert leaks() == {}
    assert User.objects.get(id=zarina.id).username == f"erased-{zarina.id.hex}"
    assert InboundDelivery.objects.filter(request=story[0]).exclude(setu_id="").count() == 0


def test_every_chain_holds_and_the_rows_still_follow_from_it(story, zarina, manager):
    chains = {*Event.objects.values_list("chain", flat=True)}
    before = Event.objects.count()
    said("--yes")
    assert {chain for chain in chains if chain_broken_at(chain) is not None} == set()
    assert Event.objects.count() == before + 1
    last = Event.objects.filter(chain=manager.tenant.id).latest("seq")
    assert (last.kind, last.payload.data) == ("user.erased", {"user": str(zarina.id)})
    assert list(drift_find()) == []


def test_what_belongs_to_others_stays_as_it_was(story, zarina, ravi, manager, as_user):
    originals = {request.document.blob for request in story}
    said("--yes")
    signed = SignedFile.objects.get(request=story[0])
    assert len(blob_read(signed.blob)) == signed.size
    assert all(blob_read(blob) for blob in originals)
    assert Signer.objects.get(request=story[0], user=ravi).display_name == "ravi"
    shown = as_user(manager).get(f"signature/{story[0].id}/").json()
    assert shown["status"] == "sign_complete"
    assert shown["document_name"] == "Offer for [erased]"
    assert shown["reason"] == "[erased] joins, hello [erased]"
    assert as_user(manager).get(f"download/{story[0].id}/").status_code == 200
    row = next(
        row for row in as_user(manager).get("status/").json() if row["signature_id"] == str(story[0].id)
    )
    assert [signer["username"] for signer in row["signers"]] == [f"erased-{zarina.id.hex}", "ravi"]


def test_what_only_the_person_uploaded_goes_and_its_file_follows_in_a_day(story, zarina, settings):
    draft = Document.objects.get(name="Zarina's draft")
    said("--yes")
    assert not Document.objects.filter(id=draft.id).exists()
    assert draft.blob in files(), "until the purge"


def test_nobody_signs_in_as_the_person_any_more_and_sessions_have_ended(story, zarina, as_user, client):
    before = as_user(zarina)
    assert before.get("dashboard/").status_code == 200
    said("--yes")
    assert before.get("dashboard/").status_code == 401
    body = {"username": USERNAME, "password": PASSWORD}
    assert client.post("/api/token/", body, content_type="application/json").status_code == 401
    user = User.objects.get(id=zarina.id)
    assert (user.is_active, user.is_staff, user.has_usable_password(), user.dob) == (
        False,
        False,
        False,
        None,
    )
    assert "django_session" not in leaks()
    assert tables()["django_session"] == ""


def test_a_dry_run_says_how_much_there_is_and_changes_nothing(story):
    before = tables()
    text = said("--dry-run")
    assert text.endswith("Nothing was changed.\n")
    told = {line[:16].strip() for line in text.splitlines() if re.search(r" \d+ holds: ", line)}
    assert told == {
        "user",
        "session",
        "admin log",
        "event payload",
        "signer",
        "signer link",
        "request",
        "document",
        "unused document",
        "delivery",
    }
    assert tables() == before


def test_repeating_changes_nothing_more(story, zarina):
    said("--yes")
    before = tables()
    assert said("--yes", person=str(zarina.id)).splitlines() == [f"Erased: {zarina.id}."]
    assert {table: text for table, text in tables().items() if text != before[table]}.keys() <= {"core_user"}
    with pytest.raises(CommandError, match="There is no such person"):
        said("--yes")


@pytest.mark.parametrize("after_part", range(len(erasure.PARTS)))
def test_whoever_is_killed_in_the_midst_is_started_again(story, zarina, monkeypatch, after_part):
    def killed(person: Any, dry: bool) -> int:
        if not dry:
            raise KeyboardInterrupt
        return 0

    parts = erasure.PARTS.copy()
    monkeypatch.setattr(
        erasure, "PARTS", [*parts[:after_part], erasure.Part("test", "", killed), *parts[after_part:]]
    )
    with pytest.raises(KeyboardInterrupt):
        said("--yes")
    monkeypatch.setattr(erasure, "PARTS", parts)
    said("--yes")
    assert leaks() == {}


def test_open_requests_are_in_the_way(world, run_due, manager, zarina, ravi):
    request = asked(manager, zarina, title="Lease")
    run_due()
    with pytest.raises(CommandError, match=r"1 of the person's requests are open\. Cancel them") as no:
        said("--yes")
    assert no.value.returncode == 2
    zarina.refresh_from_db()
    assert zarina.is_active
    with pytest.raises(CommandError, match="are open"):
        said("--yes", "--cancel-open")
    run_due()
    request.refresh_from_db()
    assert request.status == "cancelled"
    said("--yes", "--cancel-open")
    assert leaks() == {}


def test_a_request_asked_for_before_the_account_was_closed_is_seen_at_the_end(manager, zarina, monkeypatch):
    """Somebody asks while the parts are being worked."""

    def meanwhile(person: Any, dry: bool) -> int:
        if not dry and not SignatureRequest.objects.exists():
            User.objects.filter(id=zarina.id).update(is_active=True)
            asked(manager, zarina, title="Lease")
        return 0

    monkeypatch.setattr(erasure, "PARTS", [erasure.Part("test", "", meanwhile), *erasure.PARTS])
    with pytest.raises(CommandError, match="has got an open request meanwhile"):
        said("--yes")
    assert User.objects.get(id=zarina.id).username == USERNAME


def test_a_closed_account_cannot_be_asked_to_sign(manager, zarina, as_user):
    said("--yes")
    document = document_create(by=manager, name="Lease", content=make_pdf())
    answer = as_user(manager).ask(str(document.id), [zarina])
    assert answer.json()["code"] == "signer_unknown"


def test_it_asks_first_and_only_at_a_terminal(zarina, monkeypatch):
    with pytest.raises(CommandError, match="Give --yes"):
        said()
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt: "somebody")
    with pytest.raises(CommandError, match=r"Nothing was changed\."):
        said()
    assert User.objects.get(id=zarina.id).username == USERNAME


def test_the_only_manager_is_said_to_be_the_only_one(manager):
    assert "only manager" in said("--dry-run", person="meera")


def test_a_short_name_does_not_take_words_out_of_others_texts(manager, zarina, ravi):
    make_employee("rent", organization=manager.tenant)
    document_create(by=manager, name="Rent agreement", content=make_pdf())
    said("--yes", person="rent")
    assert Document.objects.get().name == "Rent agreement"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Offer for Zarina Quillfeather", "Offer for [erased]"),
        ("ZARINA quillfeather's", "[erased]'s"),
        ("zarinaquill, Zarina", "[erased], [erased]"),
        ("Zarinas", "Zarinas"),
        ("(Zarina)", "([erased])"),
    ],
)
def test_names_are_masked_where_they_are_words(text, left):
    person = erasure.Person(User().id, None, USERNAME, FULL_NAME)
    assert erasure.masked(text, person.names) == left
