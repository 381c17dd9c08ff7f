import logging

import pytest
from django.test import Client

from core.log import EventFormatter


def line(name: str = "signing.look", *, error: BaseException | None = None, **fields: object) -> str:
    info = (type(error), error, None) if error else None
    record = logging.LogRecord(name, logging.INFO, "file.py", 1, "look.merged", (), info)
    record.created = 1_767_594_600.0
    vars(record).update(fields)
    return EventFormatter().format(record)


def test_a_line_is_time_level_event_and_fields():
    assert line(request_id=7, kind="x") == "2026-01-05T06:30:00Z INFO look.merged request_id=7 kind=x"


def test_an_error_brings_its_trace():
    assert line(error=ZeroDivisionError("at work")).splitlines()[-1] == "ZeroDivisionError: at work"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/webhooks/setu/callback-token/", "/webhooks/setu/wrong-token/x", "/s/secret/"]
)
def test_no_line_of_an_answer_holds_the_path_whose_parts_are_secrets(path, caplog):
    Client().post(path, b"{", content_type="application/json")
    lines = [EventFormatter().format(record) for record in caplog.records if record.name == "django.request"]
    assert lines, "Django has logged the answer"
    for secret in ("callback-token", "wrong-token", "secret"):
        assert not any(secret in text for text in lines)


@pytest.mark.django_db
def test_a_line_of_an_answer_names_the_route(caplog):
    Client().post("/webhooks/setu/callback-token/", b"{", content_type="application/json")
    (text,) = [
        EventFormatter().format(record) for record in caplog.records if record.name == "django.request"
    ]
    assert "webhooks/setu/<" in text
    assert "status_code=400" in text
