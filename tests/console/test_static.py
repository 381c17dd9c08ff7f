"""Files the pages need are there in production, and the pages hold nothing that a content security policy refuses."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from whitenoise import WhiteNoise

from signing.models import Stray
from tests.builders import make_request

PAGES = (
    "",
    "core/counter/",
    "core/job/",
    "core/user/",
    "signing/signaturerequest/",
    "signing/stray/",
    "webhooks/inbounddelivery/",
)


@pytest.fixture
def pages(desk, manager, asha) -> list[str]:
    request, stray = (
        make_request(by=manager, signers=[asha]),
        Stray.objects.create(setu_id="x", cause="callback"),
    )
    return [
        *(Client().get(path).content.decode() for path in ("/admin/login/", "/api/docs/", "/nowhere")),
        *(desk.get(page) for page in PAGES),
        desk.get(f"signing/signaturerequest/{request.id}/change/"),
        desk.get(f"core/user/{asha.id}/password/"),
        desk.asked("signing/signaturerequest", "cancel", request),
        desk.asked("signing/stray", "ask_again", stray),
    ]


def test_every_file_that_a_page_names_is_collected_and_served(pages, settings, tmp_path: Path):
    settings.STATIC_ROOT = str(tmp_path)
    call_command("collectstatic", interactive=False, verbosity=0)
    named = {path for page in pages for path in re.findall(r'(?:href|src)="/static/([^"]+)"', page)}
    assert {"console/console.css", "signflow/page.css", "signflow/icon.svg"} <= named
    assert {path for path in named if not (tmp_path / path).is_file()} == set()
    served = WhiteNoise(None, root=str(tmp_path), prefix="static/")
    assert {path for path in named if f"/static/{path}" not in served.files} == set()


def test_no_page_holds_scripts_or_styles_of_its_own(pages):
    for page in pages:
        assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", page) == []
        assert re.findall(r"<style", page) == []
        assert re.findall(r"\s(?:style|on[a-z]+)=\"", page) == []
