from django.http import HttpRequest
from ninja import Router, Status

from core.auth import caller, manager
from core.models import Role, User
from core.presenters import tokens_out
from core.schemas import NewPassword, NewUser, Problem, SelectableUser, Tokens, UserOut
from core.selectors import user_list
from core.services import sessions, users

router = Router(tags=["people"])


@router.post(
    "/create/",
    response={201: UserOut, 401: Problem, 403: Problem, 409: Problem, 422: Problem},
    summary="Onboard a person",
)
def user_create(request: HttpRequest, body: NewUser) -> Status[User]:
    """Create an account in the caller's organization. For managers."""
    by = manager(request)
    user = users.user_create(
        organization=by.tenant,
        by=by,
        username=body.username,
        password=body.password,
        role=Role.MANAGER if body.is_staff else Role.EMPLOYEE,
        dob=body.dob,
        full_name=body.full_name,
    )
    return Status(201, user)


@router.post(
    "/password/",
    response={200: Tokens, 401: Problem, 403: Problem, 422: Problem, 429: Problem},
    summary="Change one's own password",
)
def user_password(request: HttpRequest, body: NewPassword) -> Tokens:
    """A new password for the caller. All sessions end, on all devices; the answer holds tokens for this one."""
    user = caller(request)
    sessions.user_password_change(user=user, old=body.old_password, new=body.new_password)
    return tokens_out(user)


@router.get(
    "/list/",
    response={200: list[SelectableUser], 401: Problem, 403: Problem},
    summary="People to choose from",
)
def users_list(request: HttpRequest) -> list[SelectableUser]:
    """All active people of the caller's organization, the caller included. For managers."""
    by = manager(request)
    return [
        SelectableUser(identifier=str(user.id), displayName=user.username, birthYear=user.birth_year)
        for user in user_list(organization=by.tenant)
    ]
