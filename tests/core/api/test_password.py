"""A person changes their own password: this session goes on with new tokens, all others end."""

import pytest
from django.test import Client

from core.auth import tokens_for
from core.events import chain_broken_at
from core.models import Event, User
from tests.builders import PASSWORD
from tests.client import Api

NEW = "seven quiet lamps by the river"


def changed(user: User, old: str = PASSWORD, new: str = NEW):
    return Api(user).post("users/password/", {"old_password": old, "new_password": new})


def signed_in(password: str) -> int:
    body = {"username": "asha", "password": password}
    return Client().post("/api/token/", body, content_type="application/json").status_code


def test_the_new_password_serves_and_the_old_one_no_longer(asha):
    answer = changed(asha)
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh", "user_id", "user_username", "is_manager"}
    assert (signed_in(NEW), signed_in(PASSWORD)) == (200, 401)


def test_other_sessions_end_and_the_answers_tokens_serve(asha):
    access, refresh = tokens_for(asha)
    mine = changed(asha).json()
    assert Api(token=access).get("dashboard/").status_code == 401
    assert Api().post("token/refresh/", {"refresh": refresh}).status_code == 401
    assert Api(token=mine["access"]).get("dashboard/").status_code == 200
    assert Api().post("token/refresh/", {"refresh": mine["refresh"]}).status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("wrong", NEW, "wrong_password"),
        ("", NEW, "wrong_password"),
        (PASSWORD, "short", "password_too_weak"),
        (PASSWORD, "password123", "password_too_weak"),
        (PASSWORD, "83561947201", "password_too_weak"),
        (PASSWORD, "", "invalid"),
        (PASSWORD, "x" * 129, "invalid"),
        (PASSWORD, f"{NEW}\0", "invalid"),
    ],
)
def test_a_refusal_changes_nothing(old, new, code, asha):
    session = Api(asha)
    answer = changed(asha, old, new)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert signed_in(PASSWORD) == 200
    assert session.get("dashboard/").status_code == 200
    assert not Event.objects.exists()


def test_it_is_an_event_of_the_organization_without_the_password(asha):
    changed(asha)
    (event,) = Event.objects.filter(chain=asha.tenant.id)
    assert (event.kind, event.actor, event.payload.data) == (
        "user.password_set",
        asha.id,
        {"user": str(asha.id)},
    )
    assert chain_broken_at(asha.tenant.id) is None
