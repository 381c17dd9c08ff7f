"""Bearer token → User. 401 is for tokens only: the frontend answers it with a refresh."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja_jwt.backends import TokenBackend
from ninja_jwt.exceptions import TokenError
from ninja_jwt.tokens import AccessToken, RefreshToken, Token

from core import log
from core.errors import NotAllowed, NotSignedIn
from core.models import User
from core.selectors import user_active

VERSION_CLAIM = "ver"


class Bearer(HttpBearer):
    """Ninja's door: every route is behind it unless it says `auth=None`.

    also: a further check of the signed-in request, made before its body is read.
    """

    def __init__(self, also: Callable[[HttpRequest], object] | None = None) -> None:
        self._also = also
        super().__init__()

    def __call__(self, request: HttpRequest) -> User:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotSignedIn("Send the access token in the header Authorization, after the word Bearer.")
        return self.authenticate(request, token.strip())

    def authenticate(self, request: HttpRequest, token: str) -> User:
        user = user_of(token, kind=AccessToken)
        request.user = user
        log.bind(user_id=user.id, organization_id=user.organization_id)
        if self._also:
            self._also(request)
        return user


def user_of(token: str, *, kind: type[Token]) -> User:
    """The user a token speaks for. Raises NotSignedIn when it is forged, expired, of another kind or version."""
    try:
        claims = _claims(token, kind=kind)
        user_id = UUID(str(claims.get("user_id")))
    except (TokenError, ValueError):
        raise NotSignedIn("The session has ended. Sign in again.", code="token_not_valid") from None
    user = user_active(user_id=user_id)
    if user is None or claims.get(VERSION_CLAIM) != user.token_version:
        raise NotSignedIn("The session has ended. Sign in again.", code="token_not_valid")
    return user


def _claims(token: str, *, kind: type[Token]) -> dict[str, Any]:
    """What a good token says. Raises TokenError.

    Tokens of a key that SECRET_KEY has just replaced are as good as others, so that a rotation signs nobody out.
    """
    for reader in _readers(kind):
        try:
            claims: dict[str, Any] = reader(token).payload
        except TokenError:
            continue
        return claims
    raise TokenError("No key of ours has signed this, or not this.")


def _readers(kind: type[Token]) -> Iterator[type[Token]]:
    yield kind
    for key in settings.SECRET_KEY_FALLBACKS:
        yield _reader(cast("Any", kind), key)  # a class is hashable, though its annotations deny it


@lru_cache(maxsize=16)
def _reader(kind: type[Token], key: str) -> type[Token]:
    """The same kind of token under another key; all that is checked stays the same."""
    ours: dict[str, Any] = settings.NINJA_JWT
    rules = {name: ours[name.upper()] for name in ("algorithm", "audience", "issuer", "jwk_url", "leeway")}
    backend = TokenBackend(signing_key=key, **rules)
    return type(kind.__name__, (kind,), {"_token_backend": backend})


def tokens_for(user: User) -> tuple[str, str]:
    """A new (access, refresh) pair of the user's present token version."""
    refresh = cast("Any", RefreshToken).for_user(user)  # its annotation is wrong: it says self, not cls
    refresh[VERSION_CLAIM] = user.token_version
    return str(refresh.access_token), str(refresh)


def caller(request: HttpRequest) -> User:
    """The signed-in member of an organization. Raises NotAllowed for a superuser, who has none."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # Bearer has put it there
    _ = user.tenant
    return user


def manager(request: HttpRequest) -> User:
    """The signed-in manager. Raises NotAllowed for an employee."""
    user = caller(request)
    if not user.is_manager:
        raise NotAllowed("Only managers may do this.")
    return user
