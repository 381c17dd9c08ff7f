from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.errors import Conflict, Invalid, NotSignedIn
from core.events import chain_broken_at
from core.models import Event, Organization, Role, User
from core.services.sessions import user_end_sessions, user_sign_in
from core.services.users import (
    UsernameTaken,
    organization_create,
    user_create,
)
from tests.builders import PASSWORD, make_organization

pytestmark = pytest.mark.django_db


def created(organization: Organization, **fields: object) -> User:
    given: dict[str, Any] = {"by": None, "username": "kiran", "password": PASSWORD, "role": Role.EMPLOYEE}
    return user_create(organization=organization, **(given | fields))


def test_onboarding_is_a_link_of_the_organizations_chain_without_a_name_in_it(manager):
    user = created(manager.tenant, by=manager)
    (event,) = Event.objects.filter(chain=manager.tenant.id)
    assert (event.kind, event.actor) == ("user.created", manager.id)
    assert event.payload.data == {"user": str(user.id), "role": "employee"}
    created(manager.tenant, by=manager, username="zoya")
    assert chain_broken_at(manager.tenant.id) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"username": "not a name"},
        {"username": ""},
        {"password": "short"},
        {"dob": date(1899, 12, 31)},
        {"dob": datetime.now(UTC).date() + timedelta(days=2)},
    ],
)
def test_a_refusal_writes_nothing(fields):
    organization = make_organization()
    with pytest.raises(Invalid):
        created(organization, **fields)
    assert not User.objects.exists()
    assert not Event.objects.exists()


def test_a_taken_name_is_refused_and_the_chain_does_not_grow():
    organization = make_organization()
    created(organization)
    with pytest.raises(UsernameTaken, match="KIRAN is taken"):
        created(organization, username="KIRAN")
    assert Event.objects.count() == 1


def test_signing_in_finds_the_one_user_of_that_name_in_any_case():
    user = created(make_organization())
    assert user_sign_in(username="KiRaN", password=PASSWORD) == user
    with pytest.raises(NotSignedIn):
        user_sign_in(username="kiran", password=PASSWORD.upper())


def test_letters_that_only_look_alike_in_capitals_do_not_disturb_signing_in():
    """The capital of i and of the dotless i is I, yet they are two letters: one must not lock the other out."""
    organization = make_organization()
    first = created(organization, username="io")
    created(organization, username="\u0131o")
    assert user_sign_in(username="io", password=PASSWORD) == first


def test_names_are_kept_in_unicodes_common_form():
    assert created(make_organization(), username="\u017fam").username == "sam"


def test_ending_sessions_raises_the_version_each_time_and_for_that_user_only(manager, asha):
    user_end_sessions(user=manager)
    user_end_sessions(user=manager)
    assert User.objects.get(id=manager.id).token_version == 2
    assert User.objects.get(id=asha.id).token_version == 0


def test_an_organization_begins_with_a_manager():
    user = organization_create(name=" Kaveri Works ", username="meera", password=PASSWORD)
    assert (user.tenant.name, user.is_manager, user.is_staff) == ("Kaveri Works", True, False)
    assert user_sign_in(username="meera", password=PASSWORD) == user
    assert Event.objects.get(chain=user.tenant.id).actor is None


@pytest.mark.parametrize("name", ["Kaveri Works", "KAVERI works", " Kaveri Works "])
def test_an_organizations_name_is_taken_whatever_its_spelling(name):
    make_organization("Kaveri Works")
    with pytest.raises(Conflict, match="already"):
        organization_create(name=name, username="meera", password=PASSWORD)
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\0b", "a\nb"])
def test_an_organizations_name_has_one_to_120_printable_characters(name):
    with pytest.raises(Invalid, match="120"):
        organization_create(name=name, username="meera", password=PASSWORD)
    assert not Organization.objects.exists()


@pytest.mark.parametrize("fields", [{"username": "not a name"}, {"password": "short"}])
def test_an_organization_without_a_valid_manager_is_not_kept(fields):
    with pytest.raises(Invalid):
        organization_create(**({"name": "Kaveri Works", "username": "meera", "password": PASSWORD} | fields))
    assert not Organization.objects.exists()
