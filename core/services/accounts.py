"""What a support person does to an account: lock it, end its sessions, set its password. Each is an event.

The organization's chain tells it, and the security log, which superusers' accounts are in as well.
"""

from django.db import transaction
from django.db.models import F

from core.erasure import is_erased
from core.errors import Conflict
from core.events import event_append
from core.models import Organization, SecurityKind, User
from core.security import event_keep


class AccountErased(Conflict):
    code = "account_erased"
    title = "The account was erased"


@transaction.atomic
def user_lock(*, user: User, by: User) -> None:
    """Nobody signs in as this user any more, and all sessions end with the next request. Raises Conflict."""
    if user.id == by.id:
        raise Conflict("You cannot lock yourself.")
    _organization_locked(user)
    if not User.objects.filter(id=user.id, is_active=True).update(
        is_active=False, token_version=F("token_version") + 1
    ):
        raise Conflict("The account is locked already.")
    _record("user.locked", SecurityKind.ACCOUNT_LOCKED, user=user, by=by)


@transaction.atomic
def user_unlock(*, user: User, by: User) -> None:
    """The user may sign in again, with the password there was. Raises Conflict, for an erased account too."""
    _organization_locked(user)
    _erased_refuse(user)
    if not User.objects.filter(id=user.id, is_active=False).update(is_active=True):
        raise Conflict("The account is not locked.")
    _record("user.unlocked", SecurityKind.ACCOUNT_UNLOCKED, user=user, by=by)


@transaction.atomic
def user_sessions_end(*, user: User, by: User) -> None:
    """Refuse every token and session given out so far, on all devices. Repeating is safe."""
    _organization_locked(user)
    User.objects.filter(id=user.id).update(token_version=F("token_version") + 1)
    _record("user.sessions_ended", SecurityKind.SESSIONS_ENDED, user=user, by=by)


def user_password_set(*, user: User, password: str, by: User) -> None:
    """Give the user a new password, which has been checked for strength; all sessions end. Raises AccountErased."""
    user.set_password(password)  # takes a good part of a second: no transaction is open meanwhile
    with transaction.atomic():
        _organization_locked(user)
        _erased_refuse(user)
        User.objects.filter(id=user.id).update(password=user.password, token_version=F("token_version") + 1)
        _record("user.password_set", SecurityKind.PASSWORD_SET, user=user, by=by)
    user.refresh_from_db()


def _organization_locked(user: User) -> None:
    """Holds the chain of events; taken before the user's row. Superusers have no organization, and no chain."""
    if user.organization_id:
        Organization.objects.select_for_update().get(id=user.organization_id)


def _erased_refuse(user: User) -> None:
    """Asks the row, and holds it: an erasure may have ended since the user was read."""
    if is_erased(User.objects.select_for_update().get(id=user.id)):
        raise AccountErased("The account was erased, and is closed for good.")


def _record(kind: str, security: SecurityKind, *, user: User, by: User) -> None:
    event_keep(security, account=user, actor=by)
    if user.organization_id:
        event_append(chain=user.organization_id, kind=kind, actor=by, user=str(user.id))
