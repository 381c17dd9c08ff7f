"""Whatever goes wrong under /api/ is a problem with a sentence."""

import json

import pytest
from django.db import InterfaceError, InternalError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from ninja.errors import HttpError
from psycopg.errors import InFailedSqlTransaction

from core.errors import DomainError
from core.problems import ProblemMiddleware, server_problem, status_problem
from signflow.api import http_problem
from tests.builders import make_pdf
from tests.client import Api
from tests.conftest import CALLBACK

pytestmark = pytest.mark.django_db
GARBAGE = 'multipart/form-data; boundary="x"'


def is_problem(answer, status: int, code: str) -> bool:
    """A full RFC 9457 problem, with the frontend's string `detail`, in a sentence."""
    assert answer["Content-Type"] == "application/problem+json"
    body = json.loads(answer.content)
    assert body["detail"].endswith((".", ")"))
    assert body["title"]
    assert body["type"] == f"urn:signflow:problem:{code}"
    return (answer.status_code, body["status"], body["code"]) == (status, status, code)


def posted(path: str, body: bytes, content_type: str = "application/json", **headers: str):
    return Client(headers=headers).post(path, body, content_type=content_type)


@pytest.mark.parametrize("path", ["/api/users/list/", "/api/status/", "/api/dashboard/", "/api/signature/7/"])
def test_without_a_token_the_answer_is_401(path, client):
    assert is_problem(client.get(path), 401, "not_signed_in")


def test_the_wrong_role_is_403(asha):
    assert is_problem(Api(asha).get("status/"), 403, "not_allowed")


@pytest.mark.parametrize(
    "path", ["/api/nothing/", "/api/nothing", "/api/users/list", "/api/token", "/api", "/api/", "/webhooks/x"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_address_is_404_and_never_a_redirect(path, method, client):
    assert is_problem(getattr(client, method)(path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/token/"),
        ("put", "/api/users/list/"),
        ("delete", "/api/status/"),
        ("patch", "/api/token/"),
    ],
)
def test_another_method_is_405_and_names_the_allowed_ones(method, path, client):
    answer = getattr(client, method)(path)
    assert is_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"]


def test_json_over_a_megabyte_is_413():
    body = b'{"username": "' + b"a" * 1_048_576 + b'", "password": "x"}'
    assert is_problem(posted("/api/token/", body), 413, "too_large")


def test_json_just_under_a_megabyte_is_read():
    body = b'{"username": "' + b"a" * 1_000_000 + b'", "password": "x"}'
    assert is_problem(posted("/api/token/", body), 422, "invalid")


@pytest.mark.parametrize(
    "body",
    [b"{", b"{'a': 1}", b"\xff\xfe", b'{"username": "\\ud800"}', b"[" * 100_000, b"NaN", b"username=a"],
)
def test_what_is_no_json_is_400(body):
    assert is_problem(posted("/api/token/", body), 400, "bad_request")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, "username is missing. password is missing."),
        ({"username": "a"}, "password is missing."),
        ({"username": 7, "password": "x"}, "username must be text."),
        ({"username": "a", "password": "x", "b": 1}, "b is not known here."),
        ({"username": "a\0", "password": "x"}, "The body is not valid: The text holds a NUL character."),
    ],
)
def test_a_body_of_another_shape_is_422_in_words(body, detail):
    answer = posted("/api/token/", json.dumps(body).encode())
    assert is_problem(answer, 422, "invalid")
    assert answer.json()["detail"] == detail
    assert all(set(item) == {"field", "reason"} for item in answer.json()["errors"])


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"text"', b"7", b"true"])
def test_json_that_is_no_object_is_422(body):
    assert is_problem(posted("/api/token/", body), 422, "invalid")


def test_a_place_inside_the_body_is_named(manager):
    answer = Api(manager).post("signature/", {"documentId": "x", "signers": [{"identifier": "a\0"}]})
    assert is_problem(answer, 422, "invalid")


def test_a_long_list_of_mistakes_is_cut_in_the_sentence(manager):
    answer = Api(manager).post("users/create/", {f"field-{number}": 1 for number in range(50)})
    assert answer.json()["detail"].count(".") == 5
    assert len(answer.json()["errors"]) > 50


@pytest.mark.parametrize(
    "body", [b"", b"garbage", b"--x\r\n\r\n", b"--x\r\nContent-Disposition: form-data\r\n"]
)
def test_multipart_garbage_is_refused(body, manager):
    token = Api(manager)
    answer = token._client.post("/api/documents/", body, content_type=GARBAGE)
    assert answer.status_code in (400, 422)
    assert is_problem(answer, answer.status_code, json.loads(answer.content)["code"])


def test_multipart_without_a_boundary_is_refused(manager):
    answer = Api(manager)._client.post("/api/documents/", b"x", content_type="multipart/form-data")
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "a b", ""])
def test_another_host_is_400(host, client):
    assert is_problem(client.get("/api/users/list/", headers={"Host": host or "@"}), 400, "bad_request")


def test_an_error_nobody_foresaw_is_500_with_an_id_and_without_its_text(manager, settings, caplog):
    settings.DOCUMENT_MAX_BYTES = "a number, one would think"
    answer = Api(manager).upload(make_pdf(1))
    assert is_problem(answer, 500, "server_error")
    assert "not supported" not in answer.content.decode(), "the TypeError's own words"
    (line,) = [record for record in caplog.records if record.message == "server.error"]
    assert vars(line)["error_id"] == answer.json()["error_id"]
    assert answer.json()["error_id"] in answer.json()["detail"]
    assert line.exc_info


def test_each_unforeseen_error_has_an_id_of_its_own(caplog):
    request = RequestFactory().get("/api/status/")
    ids = {json.loads(server_problem(request, ValueError()).content)["error_id"] for _ in range(5)}
    assert len(ids) == 5


def database_down(*_):
    raise OperationalError("the connection is closed")


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, InternalError])
def test_a_database_that_does_not_answer_is_503_and_says_when_to_come_again(error, client, manager):
    def down(*_):
        raise error("the connection is closed")

    with connection.execute_wrapper(down):
        answers = [
            client.post(CALLBACK, '{"data": {"esign": {"id": "x"}}}', content_type="application/json"),
            Api(manager).get("status/"),
        ]
    for answer in answers:
        assert is_problem(answer, 503, "busy")
        assert answer["Retry-After"] == "2"


def test_work_that_goes_on_in_a_failed_transaction_is_our_mistake_and_not_the_databases(client, manager):
    def aborted(*_):
        raise InternalError from InFailedSqlTransaction("current transaction is aborted")

    with connection.execute_wrapper(aborted):
        answer = Api(manager).get("status/")
    assert is_problem(answer, 500, "server_error")


def test_a_browser_that_comes_while_the_database_is_down_is_told_so_in_words(client):
    with connection.execute_wrapper(database_down):
        answer = client.get(f"/return/{'0' * 32}/")
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "2", "no-store")
    assert answer.content == b"The server is busy. Try again in a moment."


def test_a_page_that_is_not_for_programs_stays_a_page(client):
    answer = client.get("/nothing/")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


def test_a_problem_made_elsewhere_keeps_the_headers_of_the_answer_it_replaces():
    def view(request):
        return HttpResponse("<h1>No</h1>", status=503, headers={"Retry-After": "7"})

    answer = ProblemMiddleware(view)(RequestFactory().get("/api/status/"))
    assert is_problem(answer, 503, "busy")
    assert answer["Retry-After"] == "7"
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("status", [402, 418, 502])
def test_a_status_without_words_of_its_own_gets_common_ones(status):
    answer = status_problem(status)
    assert answer.status_code == status
    assert json.loads(answer.content)["detail"].endswith(".")


def test_a_librarys_bare_text_becomes_a_sentence():
    request = RequestFactory().get("/api/status/")
    assert json.loads(http_problem(request, HttpError(400, "No")).content)["detail"] == "No."
    assert json.loads(http_problem(request, HttpError(400, "No.")).content)["detail"] == "No."


def test_every_domain_error_has_words(client):
    def family(kind):
        return [kind, *(below for child in kind.__subclasses__() for below in family(child))]

    for kind in family(DomainError):
        assert 400 <= kind.status < 600, kind
        assert kind().detail.endswith("."), kind
        assert kind.code.replace("_", "").isalnum(), kind
