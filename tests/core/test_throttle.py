"""Who tries too often waits, is told how long in a sentence, and learns nothing of which accounts there are."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from core import throttle
from core.clock import after
from core.errors import TooMany
from core.models import Allowance, User
from tests.builders import PASSWORD
from tests.client import Api

pytestmark = pytest.mark.django_db
PBKDF2 = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]


def signed_in(
    username: str = "meera", password: str = PASSWORD, *, address: str = "192.0.2.1", **headers: str
):
    body = {"username": username, "password": password}
    client = Client(headers=headers, REMOTE_ADDR=address)
    return client.post("/api/token/", body, content_type="application/json")


def hold() -> None:
    """However slowly the tries went: what is used up by now is used up just now."""
    assert Allowance.objects.filter(full_at__gt=after(30)).update(full_at=after(throttle.MINUTE))


def use_up(username: str = "meera") -> None:
    for _ in range(throttle.ACCOUNT_TRIES):
        assert signed_in(username, "wrong").status_code == 401
    hold()


def test_the_eleventh_try_within_a_minute_is_refused_with_the_right_password_too(manager):
    use_up()
    answer = signed_in()
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_tries")
    wait = int(answer["Retry-After"])
    assert 0 < wait <= 60 / throttle.ACCOUNT_TRIES
    assert answer.json()["retry_after"] == wait
    assert answer.json()["detail"].endswith(("seconds.", "a second."))
    assert answer["Content-Type"] == "application/problem+json"


def test_five_wrong_passwords_of_a_browser_that_calls_twice_and_then_the_right_one(manager):
    for _ in range(9):
        signed_in("meera", "wrong")
    assert signed_in().status_code == 200


def test_who_waits_gets_in(manager):
    use_up()
    assert signed_in().status_code == 429
    Allowance.objects.update(full_at=after(throttle.MINUTE - 60 / throttle.ACCOUNT_TRIES - 0.1))
    assert signed_in().status_code == 200


def test_refused_tries_do_not_make_the_wait_longer(manager):
    use_up()
    before = set(Allowance.objects.filter(full_at__gt=after(30)).values_list("key", "full_at"))
    for _ in range(5):
        assert signed_in().status_code == 429
    assert before <= set(Allowance.objects.values_list("key", "full_at"))


@pytest.mark.parametrize("spelling", ["MEERA", "Meera", "\uff4deera"])
def test_another_spelling_is_the_same_account(spelling, manager):
    use_up()
    assert signed_in(spelling).status_code == 429


def test_one_accounts_limit_is_not_anothers(manager, asha):
    use_up()
    assert signed_in("asha").status_code == 200


def test_unknown_names_are_limited_like_known_ones(manager):
    use_up("meera")
    use_up("nobody")
    known, unknown = signed_in("meera"), signed_in("nobody")
    assert {known.status_code, unknown.status_code} == {429}
    assert set(known.json()) == set(unknown.json())
    assert set(known.headers) == set(unknown.headers)


def test_an_address_has_sixty_tries_over_all_names(manager):
    statuses = [signed_in(f"n{no}", "x").status_code for no in range(throttle.ADDRESS_TRIES)]
    assert set(statuses) == {401}
    hold()
    assert signed_in().status_code == 429
    assert signed_in(address="192.0.2.2").status_code == 200


def test_the_addresses_of_one_ipv6_network_are_one():
    for no in range(throttle.ADDRESS_TRIES):
        throttle.sign_in_count(username=f"n{no}", address=f"2001:db8::{no:x}")
    hold()
    with pytest.raises(TooMany):
        throttle.sign_in_count(username="other", address="2001:db8::ffff:1")
    throttle.sign_in_count(username="other", address="2001:db8:0:1::1")


def test_a_header_does_not_make_another_address_of_a_caller(manager):
    for no in range(throttle.ADDRESS_TRIES):
        signed_in(f"n{no}", "x", **{"X-Forwarded-For": f"203.0.113.{no}"})
    hold()
    assert signed_in(**{"X-Forwarded-For": "203.0.113.200"}).status_code == 429


def test_refreshing_is_never_refused(manager):
    refresh = signed_in().json()["refresh"]
    use_up_rest = [signed_in("meera", "wrong").status_code for _ in range(12)]
    assert use_up_rest[-1] == 429
    for _ in range(100):
        answer = Client().post("/api/token/refresh/", {"refresh": refresh}, content_type="application/json")
        assert answer.status_code == 200


def test_rows_name_nobody_and_go_once_they_say_nothing(manager):
    signed_in()
    kept = repr(list(Allowance.objects.values()))
    assert "meera" not in kept
    assert "192.0.2" not in kept
    throttle.forget_old()
    assert Allowance.objects.count() == 4, "the address, the name there, the name, and that it is familiar"
    Allowance.objects.update(full_at=after(-61))
    throttle.forget_old()
    assert not Allowance.objects.exists()


def test_nobody_elsewhere_keeps_an_owner_signed_out(manager):
    for _ in range(throttle.ACCOUNT_TRIES + 3):
        tried = signed_in("meera", "wrong", address="198.51.100.7")
    assert tried.status_code == 429
    assert signed_in(address="192.0.2.1").status_code == 200


def use_up_from_everywhere(username: str) -> None:
    statuses = [
        signed_in(username, "wrong", address=f"198.51.100.{no}").status_code
        for no in range(throttle.NAME_TRIES)
    ]
    assert set(statuses[:-1]) == {401}, "one may have been the owner's own"
    hold()


@pytest.mark.parametrize("username", ["meera", "nobody"])
def test_a_name_is_tried_from_many_networks_up_to_a_ceiling(username, manager):
    use_up_from_everywhere(username)
    refused = signed_in(username, address="203.0.113.9")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_tries")
    assert 0 < int(refused["Retry-After"]) <= 60 / throttle.NAME_TRIES


def test_where_the_owner_has_signed_in_the_ceiling_does_not_hold_but_the_ten_tries_do(manager):
    assert signed_in(address="192.0.2.1").status_code == 200
    use_up_from_everywhere("meera")
    Allowance.objects.filter(key=throttle._familiar("meera", "192.0.2.1")).update(full_at=after(86_400))
    assert signed_in(address="192.0.2.1").status_code == 200
    tries = [signed_in("meera", "wrong", address="192.0.2.1").status_code for _ in range(12)]
    assert tries[0] == 401
    assert tries[-1] == 429


def test_a_place_is_familiar_for_a_while_and_for_one_name_only(manager, asha):
    assert signed_in("asha", address="192.0.2.1").status_code == 200
    use_up_from_everywhere("meera")
    assert signed_in(address="192.0.2.1").status_code == 429
    Allowance.objects.all().delete()
    assert signed_in(address="192.0.2.1").status_code == 200
    Allowance.objects.filter(full_at__gt=after(3_600)).update(full_at=after(-1))
    use_up_from_everywhere("meera")
    throttle.forget_old()
    assert signed_in(address="192.0.2.1").status_code == 429


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_time_are_counted_one_by_one():
    def take(_: int) -> bool:
        try:
            throttle.sign_in_count(username="meera", address="")
        except TooMany:
            return False
        finally:
            connection.close()
        return True

    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        allowed = sum(pool.map(take, range(30)))
    grown = int((time.monotonic() - began) * throttle.ACCOUNT_TRIES / throttle.MINUTE) + 1
    assert throttle.ACCOUNT_TRIES <= allowed <= throttle.ACCOUNT_TRIES + grown


def test_known_unknown_and_locked_names_take_the_same_work(manager, asha, settings):
    settings.PASSWORD_HASHERS = PBKDF2
    for user in (manager, asha):
        user.set_password(PASSWORD)
        user.save()
    User.objects.filter(id=asha.id).update(is_active=False)
    taken: dict[str, list[float]] = {"meera": [], "nobody": [], "asha": []}
    for _ in range(7):
        for name, times in taken.items():
            began = time.thread_time()  # work, whatever else the machine does
            answer = signed_in(name, "wrong")
            times.append(time.thread_time() - began)
            assert answer.status_code == 401
    medians = [statistics.median(times) for times in taken.values()]
    assert max(medians) < 2 * min(medians), taken


def test_changing_a_password_counts_as_trying_one(manager):
    body = {"old_password": "wrong", "new_password": "seven quiet lamps"}
    for _ in range(throttle.ACCOUNT_TRIES):
        assert Api(manager).post("users/password/", body).status_code == 422
    hold()
    assert Api(manager).post("users/password/", body).status_code == 429
