"""The line each answer leaves, and the id by which the lines of a request are found."""

import json
import logging
import re
from typing import Any

import pytest

from core import jobs
from core.log import EventFormatter
from core.models import Job
from core.work import run_job
from tests.client import Api
from tests.core.bells import KIND, make_job


class Kept(logging.Handler):
    """Lines as the JSON that production writes, formatted when they are logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []
        self.setFormatter(EventFormatter("json"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))

    def named(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == event]


@pytest.fixture
def kept():
    root, handler = logging.getLogger(), Kept()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.setLevel(level)
    root.removeHandler(handler)


def test_an_answer_leaves_one_line_with_the_route_and_who_asked(kept, manager):
    answer = Api(manager).get("users/list/")
    (line,) = kept.named("web.answered")
    assert line["route"] == "/api/users/list/"
    assert (line["method"], line["status"], line["logger"]) == ("GET", 200, "web")
    assert 0 < line["ms"] < 60_000
    assert line["user_id"] == str(manager.id)
    assert line["organization_id"] == str(manager.tenant.id)
    assert line["http_request"] == answer["X-Request-ID"]


def test_the_line_holds_the_pattern_and_not_the_path(kept, client, db):
    client.get("/s/a-secret-token/?also=secret")
    (line,) = kept.named("web.answered")
    assert line["route"] == "/s/<str:token>/"
    assert "secret" not in json.dumps(kept.lines)


def test_an_address_nobody_knows_leaves_no_path_either(kept, client, db):
    client.get("/wp-login.php?secret=1")
    (line,) = kept.named("web.answered")
    assert (line["route"], line["status"]) == ("(no route)", 404)
    assert "wp-login" not in json.dumps(kept.lines)


def test_a_preflight_names_the_route_it_asks_about(kept, client):
    headers = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "POST"}
    assert client.options("/api/token/", headers=headers).status_code == 200
    assert kept.named("web.answered")[0]["route"] == "/api/token/"


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
def test_what_machines_ask_every_few_seconds_is_not_logged(path, kept, client):
    client.get(path)
    assert kept.named("web.answered") == []


@pytest.mark.parametrize("given", ["abc-1.2_Z", "x" * 64, "0b6f3c1a8b5e4d0f"])
def test_a_harmless_id_of_the_callers_stands_beside_ours(given, kept, client, db):
    ours = client.get("/wp-login.php", headers={"X-Request-ID": given})["X-Request-ID"]
    (line,) = kept.named("web.answered")
    assert re.fullmatch("[0-9a-f]{32}", ours)
    assert (line["http_request"], line["caller_request"]) == (ours, given)


@pytest.mark.parametrize("given", ["", "x" * 65, "two words", 'a"b', "ä", "<script>"])
def test_any_other_id_of_theirs_is_left_out(given, kept, client, db):
    assert client.get("/wp-login.php", headers={"X-Request-ID": given})["X-Request-ID"] != given
    assert "caller_request" not in kept.named("web.answered")[0]


@pytest.mark.parametrize("number", ["234567890124", "2345-6789-0124", "2345.6789.0124", "23456789"])
def test_a_long_number_in_their_id_is_masked(number, kept, client, db):
    client.get("/wp-login.php", headers={"X-Request-ID": f"call-{number}.b"})
    assert kept.named("web.answered")[0]["caller_request"] == "call-*.b"


def test_two_calls_with_one_id_of_theirs_have_two_of_ours(client, db):
    first, second = (client.get("/healthz", headers={"X-Request-ID": "a" * 32}) for _ in range(2))
    assert len({first["X-Request-ID"], second["X-Request-ID"], "a" * 32}) == 3


def test_errors_and_preflights_carry_the_id_too(client, db):
    assert client.get("/api/none/")["X-Request-ID"]
    assert client.get("/wp-login.php")["X-Request-ID"]


def test_the_next_request_knows_nothing_of_the_last_ones_user(kept, manager, client):
    Api(manager).get("users/list/")
    client.get("/api/users/list/")
    signed_in, unknown = kept.named("web.answered")
    assert "user_id" in signed_in
    assert "user_id" not in unknown


@pytest.mark.django_db
def test_lines_during_a_job_say_which_and_later_ones_do_not(kept, subject, worked):
    job: Job = make_job(subject)

    def step(claim: jobs.Claim) -> None:
        logging.getLogger("tests").info("at.work")
        jobs.settle(claim, next_in=None)

    worked.steps = [step]
    run_job(KIND, job.id)
    logging.getLogger("tests").info("after.work")
    (during,) = kept.named("at.work")
    assert (during["kind"], during["subject"], during["fence"]) == (KIND, str(subject), 1)
    (after,) = kept.named("after.work")
    assert not {"kind", "subject", "fence"} & set(after)
