"""Proofs in headers, where the settings ask for them: each must be there, with the new secret or the old one."""

import base64
import hashlib
import hmac
from collections.abc import Callable

import pytest

from tests.webhooks.notices import CALLBACK, notice, post
from tests.webhooks.test_refusals import counted
from webhooks.models import InboundDelivery
from webhooks.proofs import asked_for

NEW, OLD = "n" * 24, "o" * 24
BODY = notice()


def based(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def mac(secret: str, body: bytes = BODY) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).digest()


@pytest.fixture
def basic(settings) -> None:
    settings.SETU_CALLBACK_BASIC = [f"setu:{NEW}", f"setu:{OLD}"]


@pytest.fixture
def api_key(settings) -> None:
    settings.SETU_CALLBACK_API_KEYS, settings.SETU_CALLBACK_API_KEY_HEADER = [NEW, OLD], "X-API-KEY"


@pytest.fixture
def body_mac(settings) -> None:
    settings.SETU_CALLBACK_HMAC_SECRETS, settings.SETU_CALLBACK_HMAC_HEADER = [NEW, OLD], "X-Body-Signature"


GOOD: list[tuple[str, dict[str, str]]] = [
    *(("basic", {"Authorization": f"{word} {based(f'setu:{secret}')}"})
      for word, secret in (("Basic", NEW), ("Basic", OLD), ("basic", NEW))),
    *(("api_key", {name: secret}) for name, secret in (("X-API-KEY", NEW), ("X-API-KEY", OLD), ("x-api-key", NEW))),
    *(("body_mac", {"X-Body-Signature": form(mac(secret))})
      for secret in (NEW, OLD)
      for form in (bytes.hex, lambda m: m.hex().upper(), based, lambda m: f"sha256={m.hex()}",
                   lambda m: f"SHA256={based(m)}", lambda m: f" {m.hex()} ")),
]  # fmt: skip
WRONG: list[tuple[str, dict[str, str]]] = [
    *((mode, {}) for mode in ("basic", "api_key", "body_mac")),
    ("basic", {"Authorization": f"Basic {based('setu:' + 'x' * 24)}"}),
    ("basic", {"Authorization": f"Basic {based('other:' + NEW)}"}),
    ("basic", {"Authorization": f"Basic {based(NEW)}"}),
    ("basic", {"Authorization": f"Bearer {based(f'setu:{NEW}')}"}),
    ("basic", {"Authorization": f"Basic setu:{NEW}"}),
    ("basic", {"Authorization": "Basic \u00e9"}),
    ("basic", {"Authorization": "Basic"}),
    ("api_key", {"X-API-KEY": "x" * 24}),
    ("api_key", {"X-API-KEY": NEW[:-1]}),
    ("api_key", {"X-API-KEY": f"{NEW},{OLD}"}),
    ("api_key", {"X-API-KEY": ""}),
    ("api_key", {"Authorization": NEW}),
    ("body_mac", {"X-Body-Signature": mac("x" * 24).hex()}),
    ("body_mac", {"X-Body-Signature": mac(NEW, BODY + b" ").hex()}),
    ("body_mac", {"X-Body-Signature": mac(NEW).hex()[:-2]}),
    ("body_mac", {"X-Body-Signature": based(mac(NEW)[:16])}),
    ("body_mac", {"X-Body-Signature": f"sha1={hmac.new(NEW.encode(), BODY, 'sha1').hexdigest()}"}),
    ("body_mac", {"X-Body-Signature": hashlib.sha256(BODY).hexdigest()}),
    ("body_mac", {"X-Body-Signature": NEW}),
    ("body_mac", {"X-Body-Signature": ""}),
    ("body_mac", {"X-Body-Signature": "sha256="}),
    ("body_mac", {"X-Body-Signature": "\u0661" * 64}),
]


@pytest.mark.parametrize(("mode", "headers"), GOOD)
def test_the_new_and_the_old_secret_both_let_in(mode, headers, request, client, open_request):
    request.getfixturevalue(mode)
    assert post(client, BODY, **headers).status_code == 200
    assert InboundDelivery.objects.get().request == open_request


@pytest.mark.parametrize(("mode", "headers"), WRONG)
def test_a_wrong_or_missing_proof_is_an_unknown_address_and_asks_the_database_nothing(
    mode, headers, request, client, open_request, django_assert_num_queries
):
    request.getfixturevalue(mode)
    unknown = post(client, BODY, "/webhooks/nothing").content
    with django_assert_num_queries(0):
        answer = post(client, BODY, **headers)
    assert (answer.status_code, answer.content) == (404, unknown)
    assert counted() == {"unproven": 1}


@pytest.mark.usefixtures("basic", "api_key", "body_mac")
def test_each_proof_that_is_set_is_asked_for(client, open_request):
    every = {
        "Authorization": f"Basic {based(f'setu:{OLD}')}",
        "X-API-KEY": NEW,
        "X-Body-Signature": mac(OLD).hex(),
    }
    for missing in every:
        headers = {name: value for name, value in every.items() if name != missing}
        assert post(client, BODY, **headers).status_code == 404
    assert post(client, BODY, f"{CALLBACK}x", **every).status_code == 404, (
        "the token is asked for all the same"
    )
    assert post(client, BODY, **every).status_code == 200


@pytest.mark.usefixtures("body_mac")
@pytest.mark.parametrize(
    "change", [lambda b: b.replace(b"pending", b"complete"), lambda b: b + b"\n", lambda b: b[:-1]]
)
def test_a_body_that_was_altered_on_its_way_is_refused(
    change: Callable[[bytes], bytes], client, open_request
):
    assert post(client, change(BODY), **{"X-Body-Signature": mac(NEW).hex()}).status_code == 404
    assert not InboundDelivery.objects.exists()


def test_a_secret_that_was_taken_out_opens_nothing(client, open_request, api_key, settings):
    settings.SETU_CALLBACK_API_KEYS = [NEW]
    assert post(client, BODY, **{"X-API-KEY": OLD}).status_code == 404


@pytest.mark.usefixtures("basic", "body_mac")
def test_what_is_asked_for_is_told_without_secrets():
    assert asked_for() == ["HTTP basic (2 valid)", "the body's HMAC in X-Body-Signature (2 valid)"]
