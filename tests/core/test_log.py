import json
import logging

import pytest
from django.db import IntegrityError
from django.test import Client

from core import log
from core.log import EventFormatter


def line(
    name: str = "signing.look", *, form: str = "text", error: BaseException | None = None, **fields: object
) -> str:
    info = (type(error), error, None) if error else None
    record = logging.LogRecord(name, logging.INFO, "file.py", 1, "look.merged", (), info)
    record.created = 1_767_594_600.0
    vars(record).update(fields)
    return EventFormatter(form).format(record)


def test_a_line_is_time_level_event_logger_and_fields():
    text = "2026-01-05T06:30:00.000Z INFO look.merged logger=signing.look request_id=7 kind=x"
    assert line(request_id=7, kind="x") == text


def test_the_same_as_json():
    with log.scope(http_request="r1"):
        text = line(form="json", request_id=7, kind="x")
    assert list(json.loads(text))[:4] == ["time", "level", "event", "logger"]
    assert json.loads(text) == {
        "time": "2026-01-05T06:30:00.000Z",
        "level": "info",
        "event": "look.merged",
        "logger": "signing.look",
        "http_request": "r1",
        "request_id": 7,
        "kind": "x",
    }


def test_json_takes_whatever_stands_in_extra_and_stays_one_line():
    text = line(form="json", found={1: object}, note="two\nlines", error=ZeroDivisionError("at\nwork"))
    assert "\n" not in text
    assert json.loads(text)["note"] == "two\nlines"
    assert json.loads(text)["exception"].endswith("at\nwork")


def test_a_field_with_a_line_break_forges_no_second_line():
    text = line(note="x\n2026-01-05T06:30:00Z INFO admin.signed_in", other="a b")
    assert len(text.splitlines()) == 1
    assert 'other="a b"' in text


def test_an_error_brings_its_trace():
    assert line(error=ZeroDivisionError("at work")).splitlines()[-1] == "ZeroDivisionError: at work"


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_values_of_a_row_that_postgresql_quotes_are_left_out(form):
    error = IntegrityError("duplicate key\nDETAIL:  Key (username)=(asha) already exists.")
    assert "duplicate key" in line(form=form, error=error)
    assert "asha" not in line(form=form, error=error)


def test_what_is_bound_stands_in_every_line_until_its_scope_ends():
    with log.scope(http_request="r1"):
        log.bind(user_id="u1")
        assert "http_request=r1 user_id=u1" in line()
        with log.scope(kind="k"):
            assert "http_request" not in line()
        assert "http_request=r1 user_id=u1" in line()
    assert "r1" not in line()


def test_a_records_own_field_wins_over_a_bound_one():
    with log.scope(subject="bound"):
        assert json.loads(line(form="json", subject="own"))["subject"] == "own"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/webhooks/setu/callback-token/", "/webhooks/setu/wrong-token/x", "/s/secret/"]
)
def test_no_line_of_an_answer_holds_the_path_whose_parts_are_secrets(path, caplog):
    caplog.set_level(logging.DEBUG)
    Client().post(path, b"{", content_type="application/json")
    assert {"django.request", "web"} <= {record.name for record in caplog.records}
    for form in ("text", "json"):
        text = "\n".join(EventFormatter(form).format(record) for record in caplog.records)
        for secret in ("callback-token", "wrong-token", "secret"):
            assert secret not in text


@pytest.mark.django_db
def test_a_line_of_an_answer_names_the_route(caplog):
    answer = Client().post("/webhooks/setu/callback-token/", b"{", content_type="application/json")
    (text,) = [
        EventFormatter().format(record) for record in caplog.records if record.name == "django.request"
    ]
    assert "webhooks/setu/<" in text
    assert "status_code=400" in text
    assert f"http_request={answer['X-Request-ID']}" in text
