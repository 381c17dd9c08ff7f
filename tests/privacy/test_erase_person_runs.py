"""`manage.py erase_person`: dry, repeated, killed in the midst, refused, and beside others."""

import re
from typing import Any

import pytest
from django.core.management import CommandError

from core import erasure
from core.models import User
from signing.models import Document, SignatureRequest
from signing.services.documents import document_create
from tests.builders import make_employee, make_pdf
from tests.privacy.person import FULL_NAME, USERNAME, asked, leaks, said
from tests.privacy.places import tables

pytestmark = pytest.mark.django_db


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
        "security event",
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


def test_while_rows_about_the_person_are_still_written_the_names_stay_to_be_searched_for(
    manager, zarina, monkeypatch
):
    """Somebody writes after each round's part has searched."""
    writes = iter(range(erasure.ROUNDS))

    def meanwhile(person: Any, dry: bool) -> int:
        if not dry and next(writes, None) is not None:
            Document.objects.all().delete()
            document_create(by=manager, name=f"About {FULL_NAME}", content=make_pdf())
        return 0

    monkeypatch.setattr(erasure, "PARTS", [erasure.Part("test", "", meanwhile), *erasure.PARTS])
    with pytest.raises(CommandError, match=r"still being written\. Erase again") as no:
        said("--yes")
    assert no.value.returncode == 2
    assert User.objects.get(id=zarina.id).username == USERNAME
    said("--yes")
    assert leaks() == {}


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


@pytest.mark.parametrize(
    "table", ["admin log", "security event", "event payload", "signer", "request", "document"]
)
def test_a_part_that_did_nothing_would_be_noticed(story, monkeypatch, table):
    monkeypatch.setattr(erasure, "PARTS", [each for each in erasure.PARTS if each.table != table])
    said("--yes")
    assert leaks() != {}
