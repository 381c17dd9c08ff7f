"""Onboarding and the list of people, as the frontend calls them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from core.models import Role, User
from tests.builders import make_employee, make_user
from tests.client import Api

pytestmark = pytest.mark.django_db
NEW = {"username": "kiran", "password": "a long enough secret", "dob": "1990-04-12", "is_staff": False}


def refusal(answer, status: int) -> str:
    """The sentence a person reads, after a look at the rest of the problem."""
    body = answer.json()
    assert (answer.status_code, body["status"]) == (status, status)
    assert answer["Content-Type"] == "application/problem+json"
    detail = body["detail"]
    assert isinstance(detail, str)
    assert detail.endswith((".", "!"))
    assert not set('{}[]"') & set(detail), "a sentence, no data"
    return detail


def test_a_manager_onboards_an_employee_with_the_frontends_body(manager):
    answer = Api(manager).post("users/create/", NEW)
    user = User.objects.get(username="kiran")
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(user.id),
        "username": "kiran",
        "full_name": "",
        "dob": "1990-04-12",
        "is_manager": False,
    }
    assert (user.organization, user.role, user.dob) == (manager.tenant, Role.EMPLOYEE, date(1990, 4, 12))
    assert user.check_password(str(NEW["password"]))


def test_the_new_person_can_sign_in_at_once(manager):
    Api(manager).post("users/create/", NEW)
    answer = Api().post("token/", {"username": "kiran", "password": NEW["password"]})
    assert answer.status_code == 200


def test_is_staff_makes_a_manager_who_cannot_open_the_admin_site(manager, client):
    assert Api(manager).post("users/create/", NEW | {"is_staff": True}).json()["is_manager"] is True
    user = User.objects.get(username="kiran")
    assert (user.is_manager, user.is_staff, user.is_superuser) == (True, False, False)
    client.force_login(user)
    assert client.get("/admin/").status_code == 302
    assert Api(user).get("users/list/").status_code == 200


def test_birth_date_role_and_full_name_may_be_left_out(manager):
    answer = Api(manager).post("users/create/", {"username": "kiran", "password": NEW["password"]})
    assert answer.status_code == 201
    assert (answer.json()["dob"], answer.json()["is_manager"]) == (None, False)


def test_a_name_is_trimmed_and_the_full_name_kept(manager):
    answer = Api(manager).post("users/create/", NEW | {"username": " kiran ", "full_name": " Kiran Rao "})
    assert (answer.json()["username"], answer.json()["full_name"]) == ("kiran", "Kiran Rao")


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short1", "too short"),
        ("password123", "too common"),
        ("8461957302648", "entirely numeric"),
        ("kiran-kiran", "too similar"),
        ("12345", "too short"),
    ],
)
def test_weak_passwords_are_explained_in_sentences(password, words, manager):
    username = "kiran-kiran" if "kiran" in password else "kiran"
    answer = Api(manager).post("users/create/", NEW | {"password": password, "username": username})
    assert words in refusal(answer, 422)
    assert answer.json()["code"] == "password_too_weak"
    assert not User.objects.filter(username=username).exists()


@pytest.mark.parametrize("username", ["asha", "ASHA", "Asha", " asha ", "\uff41sha"])
def test_a_taken_name_is_refused_whatever_its_spelling(username, manager, asha):
    answer = Api(manager).post("users/create/", NEW | {"username": username})
    assert "is taken" in refusal(answer, 409)
    assert answer.json()["code"] == "username_taken"


def test_a_name_taken_in_another_organization_is_taken(manager, stranger):
    assert Api(manager).post("users/create/", NEW | {"username": "Stranger"}).status_code == 409


@pytest.mark.parametrize("username", ["a b", "a/b", "<script>", "a\nb", "a\u202eb", "a;b", "अ आ"])
def test_names_with_other_characters_are_explained(username, manager):
    refusal(Api(manager).post("users/create/", NEW | {"username": username}), 422)


def test_names_in_other_scripts_are_welcome(manager):
    assert Api(manager).post("users/create/", NEW | {"username": "李明"}).json()["username"] == "李明"


@pytest.mark.parametrize(
    "dob", ["275760-09-13", "0001-01-01", "1899-12-31", "2990-01-01", "1990-13-01", "1990-02-30", "", "soon"]
)
def test_impossible_birth_dates_are_explained(dob, manager):
    assert "date" in refusal(Api(manager).post("users/create/", NEW | {"dob": dob}), 422)
    assert not User.objects.filter(username="kiran").exists()


def test_nobody_is_born_tomorrow(manager):
    today = datetime.now(UTC).date()
    answer = Api(manager).post("users/create/", NEW | {"dob": str(today + timedelta(days=2))})
    assert "between 1900 and today" in refusal(answer, 422)
    assert (
        Api(manager).post("users/create/", NEW | {"dob": str(today - timedelta(days=1))}).status_code == 201
    )


@pytest.mark.parametrize("field", ["username", "password", "full_name"])
def test_a_text_of_two_hundred_letters_is_explained(field, manager):
    assert "too long" in refusal(Api(manager).post("users/create/", NEW | {field: "x" * 200}), 422)


@pytest.mark.parametrize("field", ["username", "password", "dob", "full_name"])
def test_a_nul_character_is_refused_in_every_text(field, manager):
    assert "NUL" in refusal(Api(manager).post("users/create/", NEW | {field: "a\0b"}), 422)


@pytest.mark.parametrize(
    "change",
    [
        {"username": 7},
        {"username": None},
        {"username": ""},
        {"username": "   "},
        {"password": 7},
        {"password": ""},
        {"is_staff": "true"},
        {"is_staff": 1},
        {"is_staff": None},
        {"dob": 7},
        {"dob": 631152000},
        {"dob": "631152000"},
        {"full_name": None},
        {"is_superuser": True},
        {"role": "manager"},
        {"organization": "x"},
        {"id": "x"},
    ],
)
def test_wrong_types_and_unknown_fields_are_refused(change, manager):
    detail = refusal(Api(manager).post("users/create/", NEW | change), 422)
    assert next(iter(change)) in detail, "the field is named"
    assert User.objects.count() == 1


@pytest.mark.parametrize("field", ["username", "password"])
def test_a_missing_field_is_named(field, manager):
    body = {name: value for name, value in NEW.items() if name != field}
    assert refusal(Api(manager).post("users/create/", body), 422) == f"{field} is missing."


def test_an_employee_may_neither_onboard_nor_list_people(asha):
    for answer in (Api(asha).post("users/create/", NEW), Api(asha).get("users/list/")):
        assert refusal(answer, 403) == "Only managers may do this."
    assert not User.objects.filter(username="kiran").exists()


def test_people_are_onboarded_and_listed_by_signed_in_managers_only(manager):
    for answer in (Api().post("users/create/", NEW), Api().get("users/list/")):
        refusal(answer, 401)


def test_a_manager_who_became_an_employee_loses_the_right_at_once(manager):
    api = Api(manager)
    User.objects.filter(id=manager.id).update(role=Role.EMPLOYEE)
    assert api.get("users/list/").status_code == 403


def test_the_list_holds_the_active_people_of_the_organization_and_the_caller(manager, stranger, asha, ravi):
    make_employee("zoya", organization=manager.tenant, dob=date(1990, 4, 12))
    make_employee("gone", organization=manager.tenant, is_active=False)
    make_employee("foreign", organization=stranger.tenant)
    make_user("root", organization=None, is_superuser=True)
    listed = Api(manager).get("users/list/").json()
    assert [row["displayName"] for row in listed] == ["asha", "meera", "ravi", "zoya"]
    assert listed[1] == {"identifier": str(manager.id), "displayName": "meera", "birthYear": None}
    assert listed[3]["birthYear"] == 1990


def test_the_list_shows_the_user_name_although_there_is_a_full_name(manager):
    make_employee("zoya", organization=manager.tenant, full_name="Zoya Khan")
    assert Api(manager).get("users/list/").json()[1]["displayName"] == "zoya"


def test_the_list_takes_two_queries_however_many_people_there_are(manager, django_assert_num_queries):
    for number in range(20):
        make_employee(f"employee-{number}", organization=manager.tenant)
    with django_assert_num_queries(2):
        assert len(Api(manager).get("users/list/").json()) == 21


def test_the_organization_of_the_new_person_is_the_callers(stranger, manager):
    Api(stranger).post("users/create/", NEW)
    assert User.objects.get(username="kiran").organization == stranger.tenant


def test_deep_nesting_in_a_body_is_refused_like_any_other_shape(manager):
    deep = b'{"username": ' + b"[" * 1000 + b"]" * 1000 + b', "password": "x"}'
    answer = Client().post("/api/token/", deep, content_type="application/json")
    assert answer.status_code == 422
