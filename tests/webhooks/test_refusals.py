"""Junk costs nothing: it is refused before the database is asked anything, and nobody calls Setu for it."""

import io
from typing import Any

import pytest
from django.test import Client

from core import counters
from core.models import Job
from tests.webhooks.notices import CALLBACK, notice, post
from webhooks import tally
from webhooks.body import BODY_MAX
from webhooks.models import InboundDelivery

WRONG = "/webhooks/setu/wrong"
GOOD, LARGE = notice(), notice(padding="x" * BODY_MAX)
FORM = "application/x-www-form-urlencoded"
JUNK: dict[str, tuple[str, str, bytes, str, int]] = {
    "a wrong token": ("post", WRONG, GOOD, "application/json", 404),
    "a wrong token with a slash": ("post", f"{WRONG}/", GOOD, "application/json", 404),
    "no token": ("post", "/webhooks/setu/", GOOD, "application/json", 404),
    "the beginning of the token": ("post", CALLBACK[:-1], GOOD, "application/json", 404),
    "the token and more": ("post", f"{CALLBACK}x", GOOD, "application/json", 404),
    "the token in capitals": ("post", CALLBACK.upper().replace("/WEBHOOKS/SETU", "/webhooks/setu"), GOOD, "", 404),
    "a token of Unicode": ("post", "/webhooks/setu/c\u0430llback-token", GOOD, "application/json", 404),
    "a token with a NUL": ("post", f"{CALLBACK}%00", GOOD, "application/json", 404),
    "a wrong token and a large body": ("post", WRONG, LARGE, "application/json", 404),
    "a wrong token and a form": ("post", WRONG, GOOD, FORM, 404),
    **{f"a {method.upper()}": (method, CALLBACK, GOOD, "application/json", 405)
       for method in ("get", "head", "put", "patch", "delete", "options", "trace")},
    "a form": ("post", CALLBACK, GOOD, FORM, 415),
    "a text": ("post", CALLBACK, GOOD, "text/plain", 415),
    "a file": ("post", CALLBACK, GOOD, "multipart/form-data; boundary=x", 415),
    "XML": ("post", CALLBACK, b"<a/>", "application/xml", 415),
    "JSON as text": ("post", CALLBACK, GOOD, "text/json", 415),
    "JSON in UTF-16": ("post", CALLBACK, GOOD, "application/json; charset=utf-16", 415),
    "a type that ends with JSON": ("post", CALLBACK, GOOD, "application/notjson", 415),
    "a large body": ("post", CALLBACK, LARGE, "application/json", 413),
    "nothing": ("post", CALLBACK, b"", "application/json", 400),
    "no JSON": ("post", CALLBACK, b"not json", "application/json", 400),
    "another object": ("post", CALLBACK, b'{"event": "x"}', "application/json", 400),
    "brackets": ("post", CALLBACK, b"[" * 100_000, "application/json", 400),
    "UTF-16": ("post", CALLBACK, GOOD.decode().encode("utf-16"), "application/json", 400),
}  # fmt: skip


@pytest.mark.parametrize("name", JUNK)
def test_junk_is_refused_without_a_statement_and_without_a_call(
    name, client, world, open_request, django_assert_num_queries, run_due
):
    method, path, body, content_type, status = JUNK[name]
    with django_assert_num_queries(0):
        answer = client.generic(method.upper(), path, body, content_type=content_type)
    assert answer.status_code == status
    if method != "head":
        assert answer["Content-Type"] == "application/problem+json"
    run_due()
    assert (InboundDelivery.objects.count(), Job.objects.count(), dict(world.calls)) == (0, 0, {})


@pytest.mark.parametrize("stated", [str(BODY_MAX + 1), "1e3", "-1", "٣", "", "9" * 5000])
def test_a_stated_length_that_is_too_large_or_none_is_refused_unread(
    stated, client, db, django_assert_num_queries
):
    class Unread(io.BytesIO):
        def read(self, *size: Any) -> bytes:
            raise AssertionError("the body was read")

    with django_assert_num_queries(0):
        answer = client.post(
            CALLBACK, GOOD, content_type="application/json", CONTENT_LENGTH=stated, **{"wsgi.input": Unread()}
        )
    assert answer.status_code == (413 if stated else 400)


def chunked(client: Client, body: bytes, **more: Any) -> Any:
    """As Gunicorn hands out a body without a length: it ends by itself."""
    environ: dict[str, Any] = {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True} | more
    client = Client(headers={"Transfer-Encoding": "chunked"})
    return client.generic("POST", CALLBACK, b"", content_type="application/json", **environ)


def test_a_body_that_does_not_say_its_length_is_read_no_further_than_it_may_be_long(client, open_request):
    assert chunked(client, GOOD).status_code == 200
    source = io.BytesIO(LARGE * 4)
    assert chunked(client, b"", **{"wsgi.input": source}).status_code == 413
    assert source.tell() == BODY_MAX + 1
    assert InboundDelivery.objects.count() == 1


def test_a_body_that_breaks_off_is_a_400(client, db):
    class Broken(io.BytesIO):
        def read(self, *size: Any) -> bytes:
            raise OSError("No more data after: b''")

    assert chunked(client, b"", **{"wsgi.input": Broken()}).status_code == 400


@pytest.mark.django_db
def test_a_server_that_does_not_end_such_a_body_is_not_waited_for(client):
    assert chunked(client, GOOD, **{"wsgi.input_terminated": False}).status_code == 400


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        'Application/JSON;charset="UTF-8"',
        "application/cloudevents+json",
        "",
    ],
)
def test_json_is_taken_under_its_usual_names_and_without_one(content_type, client, open_request):
    assert post(client, GOOD, content_type=content_type).status_code == 200


def test_a_wrong_token_is_answered_like_an_address_that_does_not_exist(client):
    unknown, wrong = post(client, GOOD, "/webhooks/nothing"), post(client, GOOD, WRONG)
    assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content)
    assert dict(wrong.items()) | {"X-Request-ID": ""} == dict(unknown.items()) | {"X-Request-ID": ""}


def test_all_tokens_are_compared_by_digests_of_one_length(client, settings, db):
    """A longer or shorter guess takes the same comparison, and the last token is found like the first."""
    settings.SETU_CALLBACK_TOKENS = ["a" * 20, "b" * 2000, "\u0924" * 30]
    for token in settings.SETU_CALLBACK_TOKENS:
        assert post(client, notice(token[:30]), f"/webhooks/setu/{token}").status_code == 200
    for guess in ("a" * 19, "a" * 21, "b" * 1999, "\u0924" * 29, "c" * 20):
        assert post(client, GOOD, f"/webhooks/setu/{guess}").status_code == 404


def counted() -> dict[str, int]:
    counters.flush()
    return {
        next(iter(total.labels.values())): total.value
        for name in (tally.COUNTER, tally.SIGNALS)
        for total in counters.totals(name)
    }


def test_how_callbacks_came_out_is_counted_and_an_unknown_token_is_not(client, open_request):
    for body in (notice(), notice(), b"{}"):
        post(client, body)
    post(client, notice(), WRONG)
    assert counted() == {"kept": 1, "repeated": 1, "not_understood": 1}


@pytest.mark.parametrize(
    "body",
    [
        notice(status="sign_reviewed"),
        notice(status=None),
        notice().replace(b"ESIGN_WEBHOOK_NOTIFICATION", b"ESIGN_SIGNER_OPENED"),
        notice().replace(b'"event": "ESIGN_WEBHOOK_NOTIFICATION", ', b""),
    ],
)
def test_words_that_setus_pages_do_not_name_are_a_hint_and_counted(body, client, open_request):
    assert post(client, body).status_code == 200
    assert Job.objects.get(subject=open_request.id).cause == "callback"
    assert counted() == {"kept": 1, "unfamiliar": 1}


def test_fields_nobody_knows_are_left_alone(client, open_request):
    body = notice(version=2, more={"deep": [1, {"a": None}]}).replace(b"{", b'{"extra": true, ', 1)
    assert post(client, body).status_code == 200
    assert counted() == {"kept": 1}
