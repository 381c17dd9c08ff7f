"""What callbacks must bring would be guessed, or could not be sent."""

import re

from signflow.dangers.danger import Danger
from signflow.dangers.errors import RANDOM, TOKEN_LENGTH


def _short(number: str, name: str, *, with_user: bool = False) -> Danger:
    def kept(secret: str) -> str:
        return secret.partition(":")[2] if with_user else secret

    return Danger(
        id=f"signflow.{number}",
        says=f"A secret of {name} has fewer than {TOKEN_LENGTH} characters.",
        hint=RANDOM,
        found=lambda s: any(0 < len(kept(secret)) < TOKEN_LENGTH for secret in getattr(s, name)),
    )


CALLBACKS = (
    Danger(
        id="signflow.E024",
        says="A token of SETU_CALLBACK_TOKENS holds other characters than letters, digits and . _ ~ -.",
        hint="It stands in an address. `manage.py rotate_callback_token` makes one.",
        found=lambda s: any(
            re.fullmatch(r"[A-Za-z0-9._~-]*", token) is None for token in s.SETU_CALLBACK_TOKENS
        ),
    ),
    _short("E025", "SETU_CALLBACK_BASIC", with_user=True),
    _short("E026", "SETU_CALLBACK_API_KEYS"),
    _short("E027", "SETU_CALLBACK_HMAC_SECRETS"),
)
