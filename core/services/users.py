"""Onboarding. Account changes are links of the organization's chain of events, and lines of the security log."""

from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core.aadhaar import aadhaar_refuse
from core.clock import database_now
from core.errors import Conflict, Invalid
from core.events import event_append
from core.models import Organization, Role, SecurityKind, User
from core.security import event_keep

ORGANIZATION_NAME_MAX = 120  # letters


class UsernameTaken(Conflict):
    code = "username_taken"
    title = "This user name is taken"


def user_create(
    *,
    organization: Organization,
    by: User | None,
    username: str,
    password: str,
    role: Role,
    dob: date | None = None,
    full_name: str = "",
) -> User:
    """Onboard a person. Raises Invalid (name, date or password) and UsernameTaken; nothing is written then."""
    user = _checked_user(username=username, password=password, role=role, dob=dob, full_name=full_name)
    return _user_keep(user, organization=organization, by=by)


def _checked_user(*, username: str, password: str, role: Role, dob: date | None, full_name: str) -> User:
    """A user as it will be saved. Hashing takes a good part of a second, so no transaction is open meanwhile."""
    aadhaar_refuse(user_name=username, full_name=full_name)
    username = User.normalize_username(username)  # look-alikes that Unicode holds to be the same
    user = User(username=username, role=role, dob=dob, full_name=full_name)
    _check_birth(dob)
    try:
        User._meta.get_field("username").clean(username, user)
    except ValidationError:
        raise Invalid(
            "A user name may hold letters, digits and @ . + - _ only.", code="username_not_valid"
        ) from None
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), code="password_too_weak") from None
    user.set_password(password)
    return user


@transaction.atomic
def _user_keep(user: User, *, organization: Organization, by: User | None) -> User:
    user.organization = Organization.objects.select_for_update().get(
        id=organization.id
    )  # holds the chain of events
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise UsernameTaken(f"The user name {user.username} is taken. Choose another one.") from None
    event_append(chain=organization.id, kind="user.created", actor=by, user=str(user.id), role=user.role)
    event_keep(SecurityKind.ACCOUNT_CREATED, account=user, actor=by)
    return user


def _check_birth(dob: date | None) -> None:
    if dob and not date(1900, 1, 1) <= dob <= database_now().date():
        raise Invalid("The date of birth must lie between 1900 and today.", code="birth_date_not_valid")


def organization_create(*, name: str, username: str, password: str) -> User:
    """A new organization with its first manager, who is returned. Raises Invalid, Conflict, UsernameTaken."""
    name = name.strip()
    if not 0 < len(name) <= ORGANIZATION_NAME_MAX or not name.isprintable():
        raise Invalid(
            f"An organization's name has 1 to {ORGANIZATION_NAME_MAX} printable characters.",
            code="organization_name_not_valid",
        )
    aadhaar_refuse(**{"organization's name": name})
    manager = _checked_user(username=username, password=password, role=Role.MANAGER, dob=None, full_name="")
    taken = Conflict(f"There is an organization named {name} already.", code="organization_exists")
    with transaction.atomic():
        if Organization.objects.filter(name__iexact=name).exists():
            raise taken
        try:
            with transaction.atomic():
                organization = Organization.objects.create(name=name)
        except IntegrityError:  # somebody else has just made it
            raise taken from None
        return _user_keep(manager, organization=organization, by=None)
