"""What browsers may do with each kind of answer."""

import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client

from core.headers import DATA, PAGE
from signing.services.links import original_url, release_url
from tests.builders import make_document, make_pdf
from tests.client import Api

pytestmark = pytest.mark.django_db
ROOT = Path(django_settings.BASE_DIR)
LISTS = "private, no-cache"  # asked about each time; see docs/configuration.md


@pytest.fixture
def console(client):
    from core.models import User

    client.force_login(User.objects.create_superuser("root", "x"))
    return client


def test_pages_run_only_what_comes_from_here_as_a_file(client, console):
    for path in ("/api/docs/", "/nowhere", "/s/a.wrong-token/", "/admin/", "/admin/core/user/"):
        answer = console.get(path)
        assert answer["Content-Type"].startswith("text/html"), path
        assert answer["Content-Security-Policy"] == PAGE, path
    assert "unsafe" not in PAGE + DATA
    assert "script-src 'self';" in PAGE
    assert "http" not in PAGE, "nothing comes from another host"


def test_data_may_load_nothing_and_be_framed_by_nobody(manager):
    for answer in (
        Api(manager).get("status/"),
        Api().get("status/"),
        Api(manager).get("nothing/"),
        Client().get("/healthz"),
        Client().post("/webhooks/setu/wrong"),
    ):
        assert answer["Content-Security-Policy"] == DATA
        assert "frame-ancestors 'none'" in DATA


def test_every_answer_has_the_fixed_headers(manager, client):
    preflight = Client(headers={"Origin": "http://localhost:5173", "Access-Control-Request-Method": "GET"})
    for answer in (
        Api(manager).get("users/list/"),
        Api().get("users/list/"),
        client.get("/admin/login/"),
        client.get("/static/signflow/page.css"),
        client.get("/api/docs/"),
        preflight.options("/api/status/"),
    ):
        answer.close()
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["Referrer-Policy"] in ("same-origin", "no-referrer")
        assert "camera=()" in answer["Permissions-Policy"]


def test_nothing_personal_is_kept_by_a_browser(manager, asha, console):
    boss, document = Api(manager), make_document(by=manager)
    file = original_url(document_id=document.id, viewer=manager).removeprefix(django_settings.PUBLIC_URL)
    link = release_url(signer_id=document.id, token_version=0).removeprefix(django_settings.PUBLIC_URL)
    kept_by_nobody = [
        boss.get("users/list/"),
        boss.get(f"documents/{document.id}/"),
        boss.post("token/", {"username": "meera", "password": "a long enough secret"}),
        boss.upload(make_pdf(1)),
        boss.upload(b"no PDF"),
        boss.get("download/6512bd43-d9ca-46e0-8d1c-9e8f3a7b5505/"),
        boss.post("users/create/", {}),
        Api().get("status/"),
        Api(asha).get("status/"),
        boss.get("nothing/"),
        boss.post("token/logout/"),
        Client().get(link),
        Client().get(file),
        Client().get("/admin/login/"),
        console.get("/admin/"),
        console.get("/admin/core/user/"),
        Client().get("/readyz"),
        Client().get("/"),
    ]
    for answer in kept_by_nobody:
        answer.close()  # a file's
        assert "no-store" in answer["Cache-Control"], answer.request["PATH_INFO"]


def test_the_two_polled_lists_are_asked_about_each_time_and_are_one_persons(manager):
    for path in ("status/", "dashboard/"):
        first = Api(manager).get(path)
        again = Api(manager).get(path, headers={"If-None-Match": first["ETag"]})
        assert (first.status_code, again.status_code) == (200, 304)
        for answer in (first, again):
            assert answer["Cache-Control"] == LISTS
            assert "Authorization" in answer["Vary"]


def test_static_files_may_be_kept(client):
    answer = client.get("/static/signflow/page.css")
    answer.close()
    assert "public" in answer["Cache-Control"]


def test_no_template_of_ours_holds_a_script_or_a_style_of_its_own():
    templates = [*ROOT.glob("core/templates/**/*.html"), *ROOT.glob("signing/templates/**/*.html")]
    assert len(templates) > 8
    for path in templates:
        text = path.read_text()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text), path
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text), path
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), path
