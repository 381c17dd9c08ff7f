"""Shapes that more than one door answers with."""

from core.auth import tokens_for
from core.models import User
from core.schemas import Tokens


def tokens_out(user: User) -> Tokens:
    """New tokens, as the frontend keeps them."""
    access, refresh = tokens_for(user)
    return Tokens(
        access=access,
        refresh=refresh,
        user_id=user.id,
        user_username=user.username,
        is_manager=user.is_manager,
    )
