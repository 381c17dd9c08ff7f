"""No door writes a body that it did not ask for to the disk, whoever sends it, and large ones are refused unread."""

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import Client

from tests.builders import make_pdf
from tests.client import Api

pytestmark = pytest.mark.django_db
COOKIE = "a" * 32  # any invented one makes Django read the form
LARGE, SMALL = 8 * 1024 * 1024, 200_000  # above and below DATA_UPLOAD_MAX_MEMORY_SIZE
PAGES = ["/", "/healthz", "/readyz", "/metrics", "/s/x/", "/files/x/", "/return/x/", "/admin/login/", "/none"]
MACHINES = ["/api/token/", "/api/users/list/", "/api/none/", "/webhooks/setu/x", "/webhooks/setu/x/"]


@pytest.fixture
def kept(monkeypatch) -> list[str]:
    """Names of the files that were begun on the disk."""
    names: list[str] = []
    original = TemporaryUploadedFile.__init__

    def begun(self, name, *args, **kwargs):
        names.append(name)
        original(self, name, *args, **kwargs)

    monkeypatch.setattr(TemporaryUploadedFile, "__init__", begun)
    return names


def sent(path: str, size: int, **extra: Any) -> Any:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies["csrftoken"] = COOKIE
    return client.post(path, {"f": SimpleUploadedFile("large.bin", b"x" * size)}, **extra)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_refuses_a_large_body_unread(path, kept):
    answer = sent(path, LARGE)
    assert (answer.status_code, kept) == (413, [])
    assert answer["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("path", MACHINES)
def test_a_path_for_programs_refuses_it_with_a_problem(path, kept):
    answer = sent(path, LARGE)
    assert (answer.status_code, kept) == (413, [])
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["code"] == "too_large"


@pytest.mark.parametrize("path", [*PAGES, *MACHINES, "/api/documents/"])
@pytest.mark.parametrize("extra", [{}, {"HTTP_HOST": "elsewhere.example"}], ids=["host", "other host"])
def test_no_door_keeps_a_file_of_a_stranger(path, extra, kept, settings):
    """Below the limit too, and in Django's own pages about errors, which read the form as well."""
    settings.ALLOWED_HOSTS, settings.FILE_UPLOAD_MAX_MEMORY_SIZE = ["testserver"], 0
    sent(path, SMALL, **extra)
    assert kept == []


def test_the_uploads_door_does_not_read_a_strangers_file_either(kept):
    answer = sent("/api/documents/", LARGE)
    assert (answer.status_code, kept) == (401, [])
    assert sent("/api/documents/", LARGE, HTTP_HOST="elsewhere.example").status_code == 400
    assert kept == []


@pytest.mark.parametrize("stated", ["1048577", "9" * 30])
def test_the_stated_length_counts_and_nothing_is_read(stated):
    class Unread(io.BytesIO):
        def read(self, *size: object) -> bytes:
            raise AssertionError("the body was read")

    environ: dict[str, Any] = {"wsgi.input": Unread(), "CONTENT_LENGTH": stated}
    answer = Client().generic("POST", "/api/token/", **environ)
    assert answer.status_code == 413


@pytest.mark.parametrize("path", [*PAGES, *MACHINES[:3]])
def test_nothing_is_read_of_a_body_in_chunks(path, kept):
    source = io.BytesIO(b"x" * LARGE)
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies["csrftoken"] = COOKIE
    environ: dict[str, Any] = {
        "wsgi.input": source,
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
    }
    answer = client.generic("POST", path, content_type="multipart/form-data; boundary=b", **environ)
    assert (answer.status_code < 500 or path == "/readyz", source.tell(), kept) == (True, 0, [])


def test_a_managers_upload_is_taken_and_its_own_limit_has_its_own_sentence(manager, kept, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100
    assert Api(manager).upload(make_pdf(2)).status_code == 201
    assert kept == ["contract.pdf"]
    settings.DOCUMENT_MAX_BYTES = 2 * 1024 * 1024
    refused = Api(manager).upload(b"%PDF-" + b"x" * LARGE)
    assert (refused.status_code, refused.json()["code"]) == (422, "document_too_large")
