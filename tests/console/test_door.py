"""Who gets into the console: superusers, with a browser's form, and nobody else."""

import re

import pytest
from django.test import Client

from core.models import User
from core.services.accounts import user_sessions_end
from tests.builders import PASSWORD, make_employee
from tests.client import Api

PAGES = (
    "",
    "signing/signaturerequest/",
    "core/user/",
    "core/job/",
    "webhooks/inbounddelivery/",
    "signing/stray/",
    "password_change/",
)


def sign_in(username: str) -> Client:
    """As a browser does it: with the form's token, and the Origin it may send under our own referrer policy."""
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/admin/login/")
    origin = "null" if page["Referrer-Policy"] == "no-referrer" else "http://testserver"
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())
    assert found
    fields = {"csrfmiddlewaretoken": found[1], "username": username, "password": PASSWORD, "next": "/admin/"}
    browser.post("/admin/login/", fields, headers={"origin": origin})
    return browser


@pytest.mark.parametrize("page", PAGES)
def test_nobody_but_superusers_gets_in(page, manager, asha):
    clerk = make_employee("clerk", organization=manager.tenant, is_staff=True)
    for user in (None, asha, manager, clerk):
        client = Client()
        if user:
            client.force_login(user)
        answer = client.get(f"/admin/{page}")
        assert answer.status_code == 302, (user, page)
        assert answer["Location"].startswith("/admin/login/")


def test_a_browser_signs_in_with_the_form(root):
    assert sign_in("root").get("/admin/").status_code == 200


def test_staff_who_are_no_superusers_are_refused_at_the_form(manager):
    make_employee("clerk", organization=manager.tenant, is_staff=True)
    assert "sessionid" not in sign_in("clerk").cookies


def test_a_managers_token_opens_nothing(manager):
    api = Api(manager)
    assert api._client.get("/admin/").status_code == 302


def test_ending_sessions_ends_those_of_the_console_too(root):
    browser = sign_in("root")
    other = User.objects.create_superuser("other", PASSWORD)
    user_sessions_end(user=root, by=other)
    assert browser.get("/admin/").status_code == 302


def test_what_is_djangos_own_and_of_no_use_is_not_shown(desk):
    page = desk.get()
    assert "Groups" not in page
    assert "Tasks" not in page
