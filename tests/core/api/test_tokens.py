"""Sign-in, refresh and sign-out, in the shapes the frontend reads."""

import time
from datetime import timedelta

import pytest
from django.test import Client
from ninja_jwt.tokens import AccessToken, RefreshToken

from core.auth import tokens_for
from core.models import User
from core.services.sessions import user_end_sessions
from tests.builders import PASSWORD, make_user
from tests.client import Api

pytestmark = pytest.mark.django_db


def signed_in(username: str = "meera", password: str = PASSWORD, **headers: str):
    body = {"username": username, "password": password}
    return Client(headers=headers).post("/api/token/", body, content_type="application/json")


def refreshed(token: str):
    return Client().post("/api/token/refresh/", {"refresh": token}, content_type="application/json")


def is_problem(answer, status: int, code: str) -> bool:
    body = answer.json()
    return (
        (answer.status_code, body["status"], body["code"]) == (status, status, code)
        and answer["Content-Type"] == "application/problem+json"
        and isinstance(body["detail"], str)
    )


def test_signing_in_answers_exactly_what_the_frontend_keeps(manager):
    answer = signed_in()
    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {"access", "refresh", "user_id", "user_username", "is_manager"}
    assert (body["user_id"], body["user_username"]) == (str(manager.id), "meera")
    assert body["is_manager"] is True
    assert Api(token=body["access"]).get("users/list/").status_code == 200
    assert refreshed(body["refresh"]).status_code == 200


def test_an_employee_is_told_that_they_are_no_manager(asha):
    assert signed_in("asha").json()["is_manager"] is False


@pytest.mark.parametrize("header", ["Bearer null", "Bearer undefined", "Bearer ", "Basic x", "null"])
def test_signing_in_ignores_a_stale_header(header, manager):
    assert signed_in(Authorization=header).status_code == 200


@pytest.mark.parametrize("username", ["MEERA", "Meera", "\uff4deera"])
def test_signing_in_takes_other_spellings_of_the_same_name(username, manager):
    assert signed_in(username).json()["user_username"] == "meera"


def test_unknown_wrong_and_locked_are_told_apart_by_nobody(manager, asha):
    User.objects.filter(id=asha.id).update(is_active=False)
    answers = [signed_in("nobody"), signed_in("meera", "wrong"), signed_in("asha"), signed_in("", "")]
    assert all(is_problem(answer, 401, "wrong_credentials") for answer in answers)
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["detail"] == "Invalid username or password."


@pytest.mark.parametrize(
    "name", ["' or 1=1 --", "%", "meer_", "me%", "meera ", "x" * 500, "\U0001f600", "\u202e"]
)
def test_odd_names_are_unknown_names(name, manager):
    assert signed_in(name).status_code == 401


def test_a_superuser_may_sign_in_but_gets_nothing_from_the_api(db):
    root = make_user("root", organization=None, is_superuser=True, is_staff=True)
    token = signed_in("root").json()["access"]
    for answer in (
        Api(token=token).get("users/list/"),
        Api(token=token).get("dashboard/"),
        Api(token=token).post("users/create/", {"username": "x", "password": PASSWORD}),
    ):
        assert is_problem(answer, 403, "not_allowed")
    assert not User.objects.exclude(id=root.id).exists()


def test_the_refresh_token_stays_and_serves_again_and_again(manager):
    _, refresh = tokens_for(manager)
    for _ in range(4):
        answer = refreshed(refresh)
        assert answer.status_code == 200
        assert set(answer.json()) == {"access"}
        assert Api(token=answer.json()["access"]).get("users/list/").status_code == 200


def test_a_refresh_is_refused_for_a_user_who_may_no_longer_sign_in(manager):
    _, refresh = tokens_for(manager)
    User.objects.filter(id=manager.id).update(is_active=False)
    assert is_problem(refreshed(refresh), 401, "token_not_valid")


def test_tokens_of_a_user_who_is_gone_are_refused(manager):
    access, refresh = tokens_for(manager)
    User.objects.all().delete()
    assert is_problem(refreshed(refresh), 401, "token_not_valid")
    assert is_problem(Api(token=access).get("users/list/"), 401, "token_not_valid")


def test_a_token_of_an_ended_session_is_refused(manager):
    access, refresh = tokens_for(manager)
    user_end_sessions(user=manager)
    assert is_problem(refreshed(refresh), 401, "token_not_valid")
    assert is_problem(Api(token=access).get("users/list/"), 401, "token_not_valid")


def test_each_kind_of_token_opens_its_own_door_only(manager):
    access, refresh = tokens_for(manager)
    assert is_problem(refreshed(access), 401, "token_not_valid")
    assert is_problem(Api(token=refresh).get("users/list/"), 401, "token_not_valid")


@pytest.mark.parametrize("life", [timedelta(seconds=-1), timedelta(days=-30)])
def test_tokens_whose_time_is_over_are_refused(life, manager):
    refresh = RefreshToken(tokens_for(manager)[1])
    access = AccessToken(tokens_for(manager)[0])
    refresh.set_exp(lifetime=life)
    access.set_exp(lifetime=life)
    assert is_problem(refreshed(str(refresh)), 401, "token_not_valid")
    assert is_problem(Api(token=str(access)).get("users/list/"), 401, "token_not_valid")


def test_an_access_token_lives_half_an_hour_and_a_refresh_token_a_day(manager):
    access, refresh = tokens_for(manager)
    assert 1790 < AccessToken(access)["exp"] - time.time() <= 1801
    assert 86_390 < RefreshToken(refresh)["exp"] - time.time() <= 86_401


def test_a_token_signed_with_another_key_is_refused(manager):
    head, claims, _ = tokens_for(manager)[0].split(".")
    forged = [
        f"{head}.{claims}.{'A' * 43}",
        f"eyJhbGciOiJub25lIn0.{claims}.",
        "a.b.c",
        "null",
        "é",
        "x" * 4096,
    ]
    for token in forged:
        assert refreshed(token).status_code == 401
    for token in (*forged[:4], "x" * 4096):
        assert Api(token=token).get("users/list/").status_code == 401


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "token"])
def test_without_a_bearer_token_the_door_says_401(header, db):
    client = Client(headers={} if header is None else {"Authorization": header})
    answer = client.get("/api/users/list/")
    assert is_problem(answer, 401, "not_signed_in")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_signing_out_ends_every_session_of_the_caller_and_nobody_elses(manager, asha):
    tokens = [tokens_for(manager), tokens_for(manager)]
    answer = Api(token=tokens[0][0]).post("token/logout/")
    assert (answer.status_code, answer.content) == (204, b"")
    for access, refresh in tokens:
        assert Api(token=access).get("users/list/").status_code == 401
        assert refreshed(refresh).status_code == 401
    assert Api(asha).get("dashboard/").status_code == 200
    assert signed_in().status_code == 200


def test_signing_out_needs_a_token(db):
    assert Api().post("token/logout/").status_code == 401


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("token/", {"username": "a\0", "password": "x"}),
        ("token/", {"username": "a", "password": "x\0"}),
        ("token/refresh/", {"refresh": "\0"}),
        ("token/", {"username": "a", "password": "x", "otp": "1"}),
        ("token/", {"username": "a"}),
        ("token/", {"password": "a"}),
        ("token/", {"username": 7, "password": "x"}),
        ("token/", {"username": "a", "password": None}),
        ("token/", {"username": ["a"], "password": "x"}),
        ("token/", {"username": "a" * 501, "password": "x"}),
        ("token/", {"username": "a", "password": "x" * 4097}),
        ("token/refresh/", {"refresh": 7}),
        ("token/refresh/", {"refresh": "x" * 4097}),
        ("token/refresh/", {}),
        ("token/refresh/", {"refresh": "x", "access": "y"}),
    ],
)
def test_bodies_of_another_shape_are_refused_in_a_sentence(path, body, db):
    answer = Api().post(path, body)
    assert is_problem(answer, 422, "invalid")
    assert answer.json()["detail"].endswith(".")
