"""CORS: the frontend's browser may read every answer, errors included; no other origin may read any."""

import pytest
from django.conf import settings as django_settings
from django.test import Client

from core.services.sessions import user_end_sessions
from tests.builders import PASSWORD, make_pdf
from tests.client import Api

pytestmark = pytest.mark.django_db
ORIGIN = "http://localhost:5173"


def answers_of_each_kind(manager, asha):
    """(status, answer) of calls as the frontend's browser makes them."""
    boss, employee = Api(manager), Api(asha)
    origin = {"headers": {"Origin": ORIGIN}}
    yield 200, boss.get("users/list/", **origin)
    yield 200, Api().post("token/", {"username": "meera", "password": PASSWORD}, **origin)
    yield 401, Api().post("token/", {"username": "meera", "password": "wrong"}, **origin)
    yield 401, Api().get("dashboard/", **origin)
    yield 403, employee.get("status/", **origin)
    yield 404, boss.get("nothing/", **origin)
    yield 405, boss.get("users/create/", **origin)
    yield 409, boss.post("users/create/", {"username": "asha", "password": PASSWORD}, **origin)
    yield 413, boss.post("users/create/", {"username": "a" * 1_048_576}, **origin)
    yield 422, boss.post("users/create/", {}, **origin)
    user_end_sessions(user=manager)
    yield 401, boss.get("status/", **origin)


def test_every_answer_may_be_read_by_the_frontend(manager, asha):
    for status, answer in answers_of_each_kind(manager, asha):
        assert answer.status_code == status
        assert answer["Access-Control-Allow-Origin"] == ORIGIN
        assert answer["Access-Control-Expose-Headers"] == "retry-after"
        assert "origin" in answer["Vary"].lower()
        assert "Access-Control-Allow-Credentials" not in answer


def test_an_error_of_the_servers_own_may_be_read_too(manager, settings, tmp_path):
    blocked = tmp_path / "a-file"
    blocked.touch()
    settings.MEDIA_ROOT = blocked / "files"
    api = Api(manager)
    api._client.defaults["HTTP_ORIGIN"] = ORIGIN
    answer = api.upload(make_pdf(1))
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (503, ORIGIN)


@pytest.mark.parametrize("path", ["token/", "token/refresh/", "users/create/", "documents/", "status/"])
def test_the_preflight_allows_what_the_frontend_sends_and_is_kept_for_ten_minutes(path):
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = Client(headers=asked).options(f"/api/{path}")
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert answer["Access-Control-Max-Age"] == "600"
    assert {"GET", "POST"} <= set(answer["Access-Control-Allow-Methods"].split(", "))
    assert {"authorization", "content-type"} <= set(answer["Access-Control-Allow-Headers"].split(", "))


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://localhost:5174", "https://localhost:5173", "null", ORIGIN + "0"],
)
@pytest.mark.parametrize("method", ["get", "options"])
def test_other_origins_are_allowed_nothing(origin, method):
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    answer = getattr(Client(headers=asked), method)("/api/users/list/")
    assert "Access-Control-Allow-Origin" not in answer


def test_the_tests_use_the_frontends_origin():
    assert django_settings.CORS_ALLOWED_ORIGINS == [ORIGIN]
