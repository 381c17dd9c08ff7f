"""What support does to accounts: it holds at once, everywhere, and the organization's chain tells it."""

import pytest

from core import erasure
from core.auth import tokens_for
from core.erasure import person_erase
from core.errors import Conflict
from core.events import chain_broken_at
from core.models import Event, User
from core.services.accounts import user_lock, user_password_set, user_sessions_end, user_unlock
from core.services.sessions import user_sign_in
from tests.builders import PASSWORD
from tests.client import Api


@pytest.fixture
def root(db) -> User:
    return User.objects.create_superuser("root", PASSWORD)


def kinds(user: User) -> list[str]:
    return list(Event.objects.filter(chain=user.tenant.id).order_by("seq").values_list("kind", flat=True))


def test_a_locked_account_is_out_at_once_and_comes_in_again_when_unlocked(manager, root):
    token = tokens_for(manager)[0]
    user_lock(user=manager, by=root)
    assert Api(token=token).get("users/list/").status_code == 401
    with pytest.raises(Conflict):
        user_lock(user=manager, by=root)
    user_unlock(user=manager, by=root)
    assert Api(token=token).get("users/list/").status_code == 401, "the old session stays ended"
    assert user_sign_in(username="meera", password=PASSWORD) == manager
    with pytest.raises(Conflict):
        user_unlock(user=manager, by=root)
    assert kinds(manager) == ["user.locked", "user.unlocked"]


def test_ended_sessions_are_refused(manager, asha, root):
    mine, others = tokens_for(manager)[0], tokens_for(asha)[0]
    user_sessions_end(user=manager, by=root)
    assert Api(token=mine).get("users/list/").status_code == 401
    assert Api(token=others).get("dashboard/").status_code == 200
    assert kinds(manager) == ["user.sessions_ended"]


def test_a_new_password_ends_all_sessions_and_the_old_one_is_refused(manager, root):
    token = tokens_for(manager)[0]
    user_password_set(user=manager, password="another long passphrase", by=root)
    assert Api(token=token).get("users/list/").status_code == 401
    assert user_sign_in(username="meera", password="another long passphrase") == manager
    event = Event.objects.select_related("payload").get(chain=manager.organization_id)
    assert (event.kind, event.actor, event.payload.data) == (
        "user.password_set",
        root.id,
        {"user": str(manager.id)},
    )
    assert chain_broken_at(manager.tenant.id) is None


def test_nobody_locks_themselves_out(root):
    with pytest.raises(Conflict):
        user_lock(user=root, by=root)
    root.refresh_from_db()
    assert root.is_active


def test_a_superuser_has_no_chain_and_can_be_locked_all_the_same(root):
    other = User.objects.create_superuser("other", PASSWORD)
    user_lock(user=other, by=root)
    other.refresh_from_db()
    assert not other.is_active
    assert not Event.objects.exists()


def test_an_erased_account_is_closed_for_good(manager, asha, root):
    before = User.objects.get(id=asha.id)  # as a page that was opened earlier has it
    person_erase(asha)
    with pytest.raises(Conflict, match="closed for good"):
        user_unlock(user=before, by=root)
    with pytest.raises(Conflict, match="closed for good"):
        user_password_set(user=before, password="another long passphrase", by=root)
    erased = User.objects.get(id=asha.id)
    assert (erased.is_active, erased.has_usable_password()) == (False, False)
    assert kinds(manager) == ["user.erased"]


def test_an_account_that_is_unlocked_while_it_is_erased_ends_closed(asha, root, monkeypatch):
    def meanwhile(person: erasure.Person, dry: bool) -> int:
        if not User.objects.get(id=asha.id).is_active:
            user_unlock(user=asha, by=root)
            user_password_set(user=asha, password="another long passphrase", by=root)
        return 0

    monkeypatch.setattr(erasure, "PARTS", [erasure.Part("test", "", meanwhile)])
    person_erase(asha)
    erased = User.objects.get(id=asha.id)
    assert (erased.is_active, erased.has_usable_password()) == (False, False)
