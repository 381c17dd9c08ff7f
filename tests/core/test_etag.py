import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.test import RequestFactory

from core.etag import json_with_etag

ROWS = [{"id": UUID(int=1), "at": datetime(2026, 1, 5, 6, 30, tzinfo=UTC), "name": "Zoë"}]


def answer(data: object = ROWS, **headers: str):
    return json_with_etag(RequestFactory().get("/api/status/", headers=headers), data)


def test_the_first_answer_holds_the_rows_and_a_tag():
    response = answer()
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert json.loads(response.content) == [
        {"id": str(UUID(int=1)), "at": "2026-01-05T06:30:00Z", "name": "Zoë"}
    ]
    assert response["ETag"].strip('"')


@pytest.mark.parametrize("sent", ["{tag}", "W/{tag}", '"other", {tag}', '"other",W/{tag}'])
def test_who_holds_the_same_rows_gets_no_body(sent):
    tag = answer()["ETag"]
    response = answer(**{"If-None-Match": sent.format(tag=tag)})
    assert (response.status_code, response.content) == (304, b"")
    assert response["ETag"] == tag


@pytest.mark.parametrize("sent", ["", '"other"', "nonsense", '"'])
def test_who_holds_others_gets_the_rows(sent):
    assert answer(**{"If-None-Match": sent}).status_code == 200


def test_any_change_changes_the_tag():
    lists: list[object] = [[], [1], ["1"], [2], {}, None]
    tags = {answer(data)["ETag"] for data in lists}
    assert len(tags) == 6
    assert answer([])["ETag"] == answer([])["ETag"]


@pytest.mark.parametrize("held", [False, True])
def test_browsers_ask_each_time_and_share_nothing_between_people(held):
    response = answer(**({"If-None-Match": answer()["ETag"]} if held else {}))
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Vary"] == "Authorization"
