"""Addresses that people type, and that browsers ask for by themselves."""

import pytest


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [("/", "/api/docs/"), ("/api/docs", "/api/docs/"), ("/admin", "/admin/")],
)
def test_people_find_the_pages_without_their_slash(client, typed, leads_to):
    assert client.get(typed).headers["Location"] == leads_to


def test_programs_are_told_of_a_missing_slash(client):
    answer = client.post("/api/token", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_browsers_find_an_icon_by_themselves(client):
    assert client.get("/favicon.ico").headers["Location"] == "/static/signflow/icon.svg"
