"""Signing in and out, and a person's own new password. Tries are counted first, and all is in the security log.

Who is refused learns nothing of why: the same answer, after the same work, whether there is such an account or not.
"""

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Lower

from core import throttle
from core.errors import Invalid, NotSignedIn, TooMany
from core.models import SecurityKind, SecurityReason, User
from core.security import event_keep, refusal_keep
from core.services.accounts import user_password_set


def user_sign_in(*, username: str, password: str, address: str = "") -> User:
    """The active user with this name and password. Raises TooMany, and NotSignedIn, the same for every cause.

    address: the caller's; empty where there is none. Each try is counted, whether it succeeds or not.
    """
    kinds = SecurityKind.SIGNED_IN, SecurityKind.SIGN_IN_REFUSED
    return _signed_in(username, password, address=address, kinds=kinds, superusers_only=False)


def console_sign_in(*, username: str, password: str, address: str) -> User:
    """The active superuser with this name and password. As user_sign_in, and counted together with it."""
    kinds = SecurityKind.CONSOLE_SIGNED_IN, SecurityKind.CONSOLE_SIGN_IN_REFUSED
    return _signed_in(username, password, address=address, kinds=kinds, superusers_only=True)


def _signed_in(
    username: str,
    password: str,
    *,
    address: str,
    kinds: tuple[SecurityKind, SecurityKind],
    superusers_only: bool,
) -> User:
    well, refused = kinds
    username = User.normalize_username(username)
    try:
        throttle.sign_in_count(username=username, address=address)
    except TooMany:
        refusal_keep(refused, SecurityReason.TOO_MANY, account=_named(username))
        raise
    user = authenticate(username=username, password=password)
    if isinstance(user, User) and (user.is_superuser or not superusers_only):
        throttle.signed_in_note(username=username, address=address)
        event_keep(well, account=user, actor=user)
        return user
    named = _named(username)
    refusal_keep(refused, _reason(named, known=user is not None), account=named)
    raise NotSignedIn("Invalid username or password.", code="wrong_credentials")


def _named(username: str) -> User | None:
    return User.objects.alias(lower=Lower("username")).filter(lower=Lower(Value(username))).first()


def _reason(named: User | None, *, known: bool) -> SecurityReason:
    """known: name and password were right."""
    if named is None:
        return SecurityReason.UNKNOWN_NAME
    if known:
        return SecurityReason.NO_SUPERUSER
    return SecurityReason.WRONG_PASSWORD if named.is_active else SecurityReason.LOCKED


def user_password_change(*, user: User, old: str, new: str) -> None:
    """A person's own new password: every session ends. Raises TooMany, and Invalid (old one wrong, new one weak)."""
    try:
        throttle.sign_in_count(username=user.username, address="")
    except TooMany:
        refusal_keep(SecurityKind.PASSWORD_REFUSED, SecurityReason.TOO_MANY, account=user)
        raise
    if not user.check_password(old):
        refusal_keep(SecurityKind.PASSWORD_REFUSED, SecurityReason.WRONG_PASSWORD, account=user)
        raise Invalid("The old password is not right.", code="wrong_password")
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), code="password_too_weak") from None
    user_password_set(user=user, password=new, by=user)


@transaction.atomic
def user_end_sessions(*, user: User) -> None:
    """Refuse every token given out so far, on all devices. Repeating is safe."""
    User.objects.filter(id=user.id).update(token_version=F("token_version") + 1)
    event_keep(SecurityKind.SIGNED_OUT, account=user, actor=user)
