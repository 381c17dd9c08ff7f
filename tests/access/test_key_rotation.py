"""SECRET_KEY is changed: who is signed in stays so while the old key is a fallback, and not a moment longer."""

from typing import Any

import pytest
from django.core import signing
from django.test import Client
from ninja_jwt.tokens import AccessToken, RefreshToken

from core.auth import tokens_for
from signing.services.links import original_url
from tests.access.forged import FORGED, HEAD, OTHER_KEY, made
from tests.access.test_forged_tokens import read, refreshed
from tests.builders import make_document

pytestmark = pytest.mark.django_db
OLD = "an old key that has been replaced, of more than fifty letters"


def under_old(claims) -> str:
    return made(HEAD, claims, OLD.encode())


def test_tokens_of_the_old_key_hold_while_it_is_a_fallback(manager, settings):
    access, refresh = tokens_for(manager)
    old_access = under_old(AccessToken(access).payload)
    old_refresh = under_old(RefreshToken(refresh).payload)
    assert read(old_access).status_code == refreshed(old_refresh).status_code == 401
    settings.SECRET_KEY_FALLBACKS = [OLD]
    assert read(old_access).status_code == 200
    assert read(access).status_code == 200, "the present key's are as good"
    renewed = refreshed(old_refresh)
    assert renewed.status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert read(renewed.json()["access"]).status_code == 200, "what is given out is signed by the present key"
    assert read(old_access).status_code == refreshed(old_refresh).status_code == 401


@pytest.mark.parametrize("name", FORGED)
def test_a_token_forged_under_the_old_key_is_refused_as_under_the_present_one(name, manager, settings):
    settings.SECRET_KEY_FALLBACKS = [OLD]
    claims = AccessToken(tokens_for(manager)[0]).payload
    answer = read(FORGED[name](claims, OLD.encode(), under_old(claims)))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")


@pytest.mark.parametrize("name", [name for name in FORGED if name != "refresh as access"])
def test_a_forged_refresh_token_of_the_old_key_is_refused(name, manager, settings):
    settings.SECRET_KEY_FALLBACKS = [OLD]
    claims = RefreshToken(tokens_for(manager)[1]).payload
    answer = refreshed(FORGED[name](claims, OLD.encode(), under_old(claims)))
    assert answer.status_code in (401, 422)
    assert "access" not in answer.json()


def test_a_third_key_opens_nothing(manager, settings):
    settings.SECRET_KEY_FALLBACKS = [OLD]
    assert read(made(HEAD, AccessToken(tokens_for(manager)[0]).payload, OTHER_KEY)).status_code == 401


def test_a_new_version_ends_the_old_keys_tokens_too(manager, settings):
    settings.SECRET_KEY_FALLBACKS = [OLD]
    token = under_old(AccessToken(tokens_for(manager)[0]).payload)
    headers = {"Authorization": f"Bearer {token}"}
    assert Client(headers=headers).post("/api/token/logout/").status_code == 204
    assert read(token).status_code == 401


def test_file_links_of_the_old_key_hold_as_long(manager, settings):
    url = original_url(document_id=make_document(by=manager).id, viewer=manager)
    token = url.rstrip("/").rsplit("/", 1)[1]
    parts = signing.Signer(salt="signing.file", sep=".").unsign_object(token)
    old = signing.Signer(key=OLD, salt="signing.file", sep=".").sign_object(parts)
    assert Client().get(f"/files/{old}/").status_code == 404
    settings.SECRET_KEY_FALLBACKS = [OLD]
    answer: Any = Client().get(f"/files/{old}/")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
