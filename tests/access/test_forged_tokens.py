"""No forged token opens anything, as an access token or as one to refresh with."""

import pytest
from django.conf import settings
from django.test import Client
from ninja_jwt.tokens import AccessToken, RefreshToken

from core.auth import tokens_for
from tests.access.forged import FORGED, HEAD, made

pytestmark = pytest.mark.django_db
KEY = settings.SECRET_KEY.encode()


def read(token: str):
    header = f"Bearer {token}".encode().decode("latin-1")
    return Client(headers={"Authorization": header}).get("/api/users/list/")


def refreshed(token: str):
    return Client().post("/api/token/refresh/", {"refresh": token}, content_type="application/json")


def test_the_forger_can_make_a_good_token_so_that_each_change_alone_is_what_is_refused(manager):
    access, refresh = tokens_for(manager)
    assert read(made(HEAD, AccessToken(access).payload, KEY)).status_code == 200
    assert refreshed(made(HEAD, RefreshToken(refresh).payload, KEY)).status_code == 200


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_access_token_is_refused(name, manager):
    access, _ = tokens_for(manager)
    answer = read(FORGED[name](AccessToken(access).payload, KEY, access))
    assert answer.status_code == 401
    assert answer.json()["code"] == "token_not_valid"


@pytest.mark.parametrize("name", [name for name in FORGED if name != "refresh as access"])
def test_a_forged_refresh_token_is_refused(name, manager):
    _, refresh = tokens_for(manager)
    answer = refreshed(FORGED[name](RefreshToken(refresh).payload, KEY, refresh))
    assert answer.status_code in (401, 422)
    assert "access" not in answer.json()


def test_there_are_more_than_twenty_five():
    assert len(FORGED) > 25
