"""The security log: what is noted of sign-ins and accounts, what is not, and that nobody can make it grow."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from core import throttle
from core.auth import tokens_for
from core.clock import after
from core.models import Allowance, SecurityEvent, SecurityKind, SecurityReason, User
from core.security import refusal_keep
from core.services import accounts
from core.services.users import organization_create
from tests.builders import PASSWORD
from tests.client import Api

pytestmark = pytest.mark.django_db
NEW = "seven quiet lamps by the river"


def sign_in(username: str, password: str = PASSWORD, address: str = "203.0.113.77", **headers: str) -> Any:
    client = Client(REMOTE_ADDR=address, headers=headers)
    return client.post(
        "/api/token/", {"username": username, "password": password}, content_type="application/json"
    )


def log() -> list[tuple[str, str, Any, Any]]:
    """Kind, reason, account and actor, in the order of time."""
    return list(SecurityEvent.objects.order_by("at").values_list("kind", "reason", "account", "actor"))


@pytest.fixture
def root(db) -> User:
    return User.objects.create_superuser("root", PASSWORD)


def test_a_sign_in_is_noted_with_whose_where_from_and_which_call(manager):
    answer = sign_in("meera", **{"X-Request-ID": "call-1"})
    assert answer.status_code == 200
    event = SecurityEvent.objects.get()
    assert (event.kind, event.reason, event.count) == ("signed_in", "", 1)
    assert (event.account, event.actor, event.organization) == (manager.id, manager.id, manager.tenant)
    assert (event.network, event.http_request) == ("203.0.113.0/24", answer["X-Request-ID"])
    assert event.http_request != "call-1", "theirs is not believed"


def test_an_ipv6_address_is_kept_as_its_site(manager):
    sign_in("meera", address="2001:db8:1:2::77")
    assert SecurityEvent.objects.get().network == "2001:db8:1::/48"


@pytest.mark.parametrize(
    ("name", "password", "locked", "reason"),
    [
        ("asha", "wrong", False, "wrong_password"),
        ("asha", PASSWORD, True, "locked"),
        ("ASHA", "x", True, "locked"),
    ],
)
def test_a_refused_sign_in_says_why_in_the_log_only(name, password, locked, reason, asha):
    User.objects.filter(id=asha.id).update(is_active=not locked)
    answer = sign_in(name, password)
    assert answer.json()["detail"] == "Invalid username or password."
    assert log() == [("sign_in_refused", reason, asha.id, None)]
    assert SecurityEvent.objects.get().organization == asha.tenant


def test_an_unknown_name_is_counted_and_not_kept(asha):
    for no in range(5):
        sign_in(f"my-secret-password-{no}", "asha")
    event = SecurityEvent.objects.get()
    assert (event.reason, event.count) == ("unknown_name", 5)
    assert (event.account, event.organization) == (None, None)
    assert "my-secret" not in repr(SecurityEvent.objects.values())


def test_tries_beyond_the_limit_are_noted_as_such(asha):
    for _ in range(throttle.ACCOUNT_TRIES):
        sign_in("asha", "wrong")
    Allowance.objects.filter(full_at__gt=after(30)).update(full_at=after(throttle.MINUTE))
    for name in ("asha", "asha"):
        assert sign_in(name).status_code == 429
    assert SecurityEvent.objects.filter(reason="too_many_tries", account=asha.id).exists()
    assert not SecurityEvent.objects.filter(kind="signed_in").exists()


def test_however_often_somebody_tries_there_are_a_few_rows_a_minute(asha, ravi):
    for _ in range(200):
        for reason in SecurityReason:
            for account in (asha, ravi, None):
                refusal_keep(SecurityKind.SIGN_IN_REFUSED, reason, account=account)
    rows = SecurityEvent.objects.count()
    one_minute = len(SecurityReason) * 3
    assert rows in (one_minute, 2 * one_minute), "the minute may have ended meanwhile"
    assert sum(SecurityEvent.objects.values_list("count", flat=True)) == 200 * one_minute


def test_tries_from_several_networks_in_one_minute_say_so(asha):
    for address in ("203.0.113.1", "203.0.113.2", "198.51.100.1"):
        sign_in("asha", "wrong", address=address)
    if SecurityEvent.objects.count() == 1:  # else a minute ended in between
        assert SecurityEvent.objects.get().network == "several"


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_time_are_all_counted(asha):
    def refuse(_: int) -> None:
        refusal_keep(SecurityKind.SIGN_IN_REFUSED, SecurityReason.LOCKED, account=asha)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(refuse, range(40)))
    assert sum(SecurityEvent.objects.values_list("count", flat=True)) == 40


def test_what_a_person_does_to_the_own_account_is_noted(asha):
    me = Api(asha)
    assert me.post("users/password/", {"old_password": "wrong", "new_password": NEW}).status_code == 422
    assert me.post("users/password/", {"old_password": PASSWORD, "new_password": NEW}).status_code == 200
    asha.refresh_from_db()
    assert Api(token=tokens_for(asha)[0]).post("token/logout/").status_code == 204
    assert log() == [
        ("password_refused", "wrong_password", asha.id, None),
        ("password_set", "", asha.id, asha.id),
        ("signed_out", "", asha.id, asha.id),
    ]


def test_what_support_does_to_an_account_is_noted(asha, root):
    accounts.user_lock(user=asha, by=root)
    accounts.user_unlock(user=asha, by=root)
    accounts.user_sessions_end(user=asha, by=root)
    accounts.user_password_set(user=asha, password=NEW, by=root)
    assert log() == [
        (kind, "", asha.id, root.id)
        for kind in ("account_locked", "account_unlocked", "sessions_ended", "password_set")
    ]
    assert set(SecurityEvent.objects.values_list("organization", flat=True)) == {asha.organization_id}


def test_new_accounts_are_noted_by_whom_they_were_made(manager):
    Api(manager).post("users/create/", {"username": "kiran", "password": PASSWORD})
    first = organization_create(name="Elsewhere", username="boss", password=PASSWORD)
    assert log() == [
        ("account_created", "", User.objects.get(username="kiran").id, manager.id),
        ("account_created", "", first.id, None),
    ]
    assert SecurityEvent.objects.get(account=first.id).network == ""


def test_what_is_undone_is_not_noted(manager, asha):
    assert Api(manager).post("users/create/", {"username": "asha", "password": PASSWORD}).status_code == 409
    assert not SecurityEvent.objects.exists()


def test_a_superusers_lines_belong_to_no_organization(root):
    sign_in("root")
    assert SecurityEvent.objects.get().organization is None


def test_unknown_and_known_names_take_the_same_statements(asha, django_assert_max_num_queries):
    """A write that only known names caused would tell them apart by time."""
    kinds = []
    for name in ("asha", "nobody"):
        with django_assert_max_num_queries(60) as seen:
            sign_in(name, "wrong")
        kinds.append([query["sql"].split()[0] for query in seen.captured_queries])
    assert kinds[0] == kinds[1]
