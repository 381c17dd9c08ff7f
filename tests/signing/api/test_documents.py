import io

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from core.storage import blob_name
from signing.models import Document
from signing.pdf import inspect
from signing.pdf.turns import Turns
from signing.services.documents import BUSY_SECONDS
from tests.builders import make_document, make_pdf, make_request

PDF = make_pdf(3)


def nothing_kept(manager, content: bytes = PDF) -> bool:
    name = blob_name(organization_id=manager.tenant.id, content=content)
    return not Document.objects.exists() and not default_storage.exists(name)


def encrypted() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(PDF)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def test_an_upload_answers_with_what_is_kept(manager, as_user, world):
    answer = as_user(manager).upload(PDF, name="  Offer letter ")
    assert answer.status_code == 201
    body = answer.json()
    document = Document.objects.get()
    assert list(body) == ["id", "name", "pages", "size", "created_at", "document_url"]
    assert (body["id"], body["name"], body["pages"], body["size"]) == (
        str(document.id),
        "Offer letter",
        3,
        len(PDF),
    )
    assert body["created_at"].endswith("Z")
    assert body["document_url"].startswith("http://localhost:8000/files/")
    assert world.calls == {}


def test_the_link_in_the_answer_gives_the_bytes_back(manager, as_user, client):
    url = as_user(manager).upload(PDF).json()["document_url"]
    response = client.get(url.removeprefix("http://localhost:8000"))
    assert b"".join(response.streaming_content) == PDF


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("document_empty", b""),
        ("not_a_pdf", b"<html>%PDF-1.7</html>"),
        ("document_broken", b"%PDF-1.7 and then nothing"),
        ("document_broken", PDF[: len(PDF) // 2]),
        ("document_encrypted", encrypted()),
        ("too_many_pages", make_pdf(6)),
        ("document_too_large", PDF + b" " * 20_000),
    ],
)
def test_each_refusal_is_a_sentence_and_leaves_nothing(manager, as_user, settings, code, content):
    settings.DOCUMENT_MAX_PAGES, settings.DOCUMENT_MAX_BYTES = 5, 15_000
    answer = as_user(manager).upload(content)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    detail = answer.json()["detail"]
    assert isinstance(detail, str)
    assert (detail[0].isupper(), detail[-1]) == (True, ".")
    assert nothing_kept(manager, content)


@pytest.mark.parametrize(
    "name",
    ["", "   ", "n" * 201, "a\0b", "a\tb", "a\nb", "a\x1bb", "a\u202eb", "a\u2028b"],
    ids=["empty", "blank", "long", "NUL", "tab", "line", "escape", "turned", "line separator"],
)
def test_a_name_that_is_no_name_is_refused(manager, as_user, name):
    answer = as_user(manager).upload(PDF, name=name)
    assert (answer.status_code, answer.json()["code"]) == (422, "document_name_not_valid")
    assert nothing_kept(manager)


@pytest.mark.parametrize(
    "name",
    [
        "n" * 200,
        "നിയമന കത്ത് ന്‍",  # Malayalam writes with joiners
        "Contrat\u00a0n°\u202f3",  # as French keyboards and file names have them
        "契約書 №7 (final).pdf",
        "👩‍⚖️ contract",
    ],
    ids=["long", "joiners", "narrow spaces", "signs", "emoji"],
)
def test_names_of_all_languages_are_taken(manager, as_user, name):
    answer = as_user(manager).upload(PDF, name=name)
    assert (answer.status_code, answer.json().get("name")) == (201, name)


@pytest.mark.parametrize("missing", ["name", "document"])
def test_a_missing_part_is_named(manager, as_user, missing):
    parts = {"name": "Offer", "document": SimpleUploadedFile("c.pdf", PDF)}
    del parts[missing]
    answer = as_user(manager)._client.post("/api/documents/", parts)
    assert answer.status_code == 422
    assert answer.json()["detail"] == f"{missing} is missing."
    assert nothing_kept(manager)


def test_a_body_that_is_no_form_is_refused_in_a_sentence(manager, as_user):
    answer = as_user(manager).post("documents/", {"name": "Offer"})
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)


def test_an_employee_may_not_upload(asha, as_user, manager):
    assert as_user(asha).upload(PDF).status_code == 403
    assert nothing_kept(manager)


def test_a_document_is_shown_to_managers_and_its_signers_only(manager, asha, ravi, stranger, as_user):
    document = make_document(by=manager)
    make_request(by=manager, signers=[asha], document=document)
    seen = {
        user.username: as_user(user).get(f"documents/{document.id}/").status_code
        for user in (manager, asha, ravi, stranger)
    }
    assert seen == {"meera": 200, "asha": 200, "ravi": 404, "stranger": 404}


def test_an_id_that_is_none_is_a_sentence(manager, as_user):
    answer = as_user(manager).get("documents/7/")
    assert (answer.status_code, answer.json()["detail"]) == (422, "document_id is not an id.")


def test_who_finds_no_turn_is_told_when_to_come_again(manager, as_user, monkeypatch):
    monkeypatch.setattr(inspect, "_turns", Turns(at_once=1, waiting=0))
    with inspect._turns.one("somebody"):
        answer = as_user(manager).upload(make_pdf())
    assert (answer.status_code, answer.json()["code"]) == (503, "inspection_busy")
    assert answer["Retry-After"] == str(answer.json()["retry_after"]) == str(BUSY_SECONDS)
    assert as_user(manager).upload(make_pdf()).status_code == 201
