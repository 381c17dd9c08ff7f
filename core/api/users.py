from django.http import HttpRequest
from ninja import Router, Status

from core.auth import manager
from core.models import Role, User
from core.schemas import NewUser, Problem, SelectableUser, UserOut
from core.selectors import user_list
from core.services import users

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
