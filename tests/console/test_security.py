"""The console's own door is counted, told and noted like the API's; its page of the security log."""

import pytest
from django.test import Client

from core import throttle
from core.clock import after
from core.models import Allowance, SecurityEvent, SecurityKind, User
from core.security import event_keep
from tests.builders import PASSWORD, make_employee

LOGIN = "/admin/login/"


def tried(username: str = "root", password: str = PASSWORD, address: str = "192.0.2.1"):
    return Client(REMOTE_ADDR=address).post(
        LOGIN, {"username": username, "password": password, "next": "/admin/"}
    )


def by_api(username: str = "root", password: str = PASSWORD, address: str = "192.0.2.1"):
    body = {"username": username, "password": password}
    return Client(REMOTE_ADDR=address).post("/api/token/", body, content_type="application/json")


def hold() -> None:
    """However slowly the tries went: what is used up by now is used up just now."""
    assert Allowance.objects.filter(full_at__gt=after(30)).update(full_at=after(throttle.MINUTE))


def noted() -> list[tuple[str, str]]:
    return list(SecurityEvent.objects.order_by("at").values_list("kind", "reason"))


def test_the_eleventh_try_within_a_minute_is_refused_with_the_right_password_too(root):
    for _ in range(throttle.ACCOUNT_TRIES):
        assert tried(password="wrong").status_code == 200
    hold()
    answer = tried()
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= throttle.MINUTE / throttle.ACCOUNT_TRIES
    assert "sessionid" not in answer.cookies
    detail = by_api().json()["detail"].rsplit(" ", 2)[0]  # but for the seconds, as the API says it
    assert detail == "There were too many tries to sign in. Try again in"
    assert detail in answer.content.decode()


def test_tries_at_both_doors_are_counted_together(root):
    for no in range(throttle.ACCOUNT_TRIES):
        assert (tried if no % 2 else by_api)(password="wrong").status_code in (200, 401)
    hold()
    assert tried().status_code == 429
    assert by_api().status_code == 429


def test_an_address_has_sixty_tries_over_both_doors_and_all_names(root):
    for no in range(throttle.ADDRESS_TRIES):
        (tried if no % 2 else by_api)(f"n{no}", "x")
    hold()
    assert tried().status_code == 429
    assert tried(address="192.0.2.2").status_code == 302


def test_who_waits_gets_in(root):
    for _ in range(throttle.ACCOUNT_TRIES):
        tried(password="wrong")
    Allowance.objects.update(full_at=after(throttle.MINUTE - 60 / throttle.ACCOUNT_TRIES - 0.1))
    assert tried().status_code == 302


def test_wrong_unknown_locked_and_no_superuser_are_one_answer_and_told_apart_in_the_log(root, manager):
    make_employee("clerk", organization=manager.tenant, is_staff=True)
    locked = User.objects.create_superuser("locked", PASSWORD)
    User.objects.filter(id=locked.id).update(is_active=False)
    pages = [
        tried(*who).context["form"].non_field_errors()
        for who in (("root", "wrong"), ("nobody",), ("locked",), ("clerk",), ("meera",))
    ]
    assert len({str(page) for page in pages}) == 1
    assert noted() == [
        ("console_sign_in_refused", reason)
        for reason in ("wrong_password", "unknown_name", "locked", "no_superuser", "no_superuser")
    ]


def test_a_sign_in_is_noted(root):
    assert tried().status_code == 302
    event = SecurityEvent.objects.get()
    assert (event.kind, event.account, event.network) == ("console_signed_in", root.id, "192.0.2.0/24")


@pytest.mark.parametrize("fields", [{}, {"username": "root"}, {"username": "ro\0ot", "password": PASSWORD}])
def test_a_form_that_is_not_filled_in_is_no_try(fields, root):
    assert Client().post(LOGIN, fields).status_code == 200
    assert not SecurityEvent.objects.exists()
    assert not Allowance.objects.exists()


def test_the_log_is_shown_and_searched(desk, manager, asha):
    event_keep(SecurityKind.ACCOUNT_CREATED, account=asha, actor=manager)
    event_keep(SecurityKind.SIGNED_IN, account=manager, actor=manager)
    page = desk.get("core/securityevent/")
    assert "account created" in page
    assert f"/admin/core/user/{asha.id}/change/" in page
    found = desk.get("core/securityevent/", q="ASHA")
    assert ("account created" in found, "signed in</span>" in found) == (True, False)
    assert "account created" in desk.get("core/securityevent/", q=str(asha.id))
    assert (
        "account created"
        not in desk.get("core/securityevent/", kind="signed_in").split("</nav>")[-1].split("<table")[-1]
    )
    event = SecurityEvent.objects.get(account=asha.id)
    assert "account created" in desk.get(f"core/securityevent/{event.id}/change/").lower()


def test_nothing_can_be_changed_there(desk, asha):
    event_keep(SecurityKind.SIGNED_IN, account=asha, actor=asha)
    event = SecurityEvent.objects.get()
    for path in (
        f"core/securityevent/{event.id}/change/",
        f"core/securityevent/{event.id}/delete/",
        "core/securityevent/add/",
    ):
        desk.post(path, {"kind": "signed_out", "post": "yes"})
    desk.post(
        "core/securityevent/",
        {"action": "delete_selected", "_selected_action": [str(event.id)], "post": "yes"},
    )
    assert noted() == [("signed_in", "")]


def test_the_log_says_what_it_means_that_it_is_empty(desk):
    assert "Nobody has signed in yet." in desk.get("core/securityevent/")
