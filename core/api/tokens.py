from django.http import HttpRequest
from ninja import Router, Status
from ninja_jwt.tokens import RefreshToken

from core.address import client_address
from core.auth import caller, tokens_for, user_of
from core.presenters import tokens_out
from core.schemas import Access, Problem, Refresh, SignIn, Tokens
from core.services import sessions

router = Router(tags=["sign-in"])


@router.post(
    "/", auth=None, response={200: Tokens, 401: Problem, 422: Problem, 429: Problem}, summary="Sign in"
)
def token_obtain(request: HttpRequest, body: SignIn) -> Tokens:
    """Exchange a user name and password for an access token (30 minutes) and a refresh token (1 day).

    Ten tries a minute for a name and sixty for an address; then 429 with `Retry-After`.
    """
    user = sessions.user_sign_in(
        username=body.username, password=body.password, address=client_address(request)
    )
    return tokens_out(user)


@router.post("/refresh/", auth=None, response={200: Access, 401: Problem, 422: Problem}, summary="Refresh")
def token_refresh(request: HttpRequest, body: Refresh) -> Access:
    """A new access token. The refresh token stays the same and may be used until it expires."""
    access, _ = tokens_for(user_of(body.refresh, kind=RefreshToken))
    return Access(access=access)


@router.post("/logout/", response={204: None, 401: Problem, 403: Problem}, summary="Sign out everywhere")
def token_logout(request: HttpRequest) -> Status[None]:
    """End all sessions of the caller, on all devices."""
    sessions.user_end_sessions(user=caller(request))
    return Status(204, None)
