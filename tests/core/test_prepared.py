"""A queryset that is compiled once gives what the queryset itself gives, in rows and in types."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import Organization, User
from core.prepared import Prepared
from core.selectors import user_active
from tests.builders import make_employee, make_organization

pytestmark = pytest.mark.django_db
COLUMNS = ("id", "username", "dob", "organization__id", "organization__created_at", "is_active")


def people(organization, username):
    found = User.objects.filter(organization=organization).exclude(username=username)
    return found.order_by("username").values_list(*COLUMNS)


def test_rows_and_types_are_the_querysets_own():
    organization = make_organization()
    for name in ("asha", "ravi", "meera"):
        make_employee(name, organization=organization, dob="1990-04-12")
    make_employee("stranger", organization=make_organization("Elsewhere"))
    prepared = Prepared(people, organization=type(organization.id), username=str)
    for username in ("ravi", "asha"):
        expected = list(people(organization.id, username))
        assert len(expected) == 2
        assert prepared.rows(organization=organization.id, username=username) == expected


def test_values_are_parameters_not_text():
    prepared = Prepared(
        lambda username: User.objects.filter(username=username).values_list("id"), username=str
    )
    assert prepared.rows(username="' OR 1=1 --") == []


def test_a_parameter_that_the_database_would_get_changed_is_refused_at_once():
    changed = Prepared(
        lambda username: User.objects.filter(username__startswith=username).values_list("id"), username=str
    )
    with pytest.raises(ValueError, match="as it was given"):
        changed.rows(username="a")


def test_an_active_user_comes_with_their_organization_by_one_statement():
    asha = make_employee("asha", organization=make_organization(), dob="1990-04-12")
    with CaptureQueriesContext(connection) as queries:
        found = user_active(user_id=asha.id)
        assert found is not None
        assert found.tenant.name == asha.tenant.name
    assert len(queries) == 1
    asha.refresh_from_db()
    names = [field.attname for field in User._meta.concrete_fields]
    assert {n: getattr(found, n) for n in names} == {n: getattr(asha, n) for n in names}
    assert found.organization == Organization.objects.get()


def test_nobody_is_found_by_an_unknown_id_or_when_deactivated():
    asha = make_employee("asha", organization=make_organization(), is_active=False)
    assert user_active(user_id=asha.id) is None
    assert user_active(user_id=uuid4()) is None


def test_a_superuser_has_no_organization():
    root = User.objects.create_superuser("root", "x")
    found = user_active(user_id=root.id)
    assert found is not None
    assert found.organization is None
