"""`manage.py rotate_callback_token`: what to set and what to tell Setu. It changes nothing by itself."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as AnyDatabaseError

from core.clock import database_now
from webhooks.checks import SILENT_SECONDS
from webhooks.tokens import TokenSeen, tokens_seen

TOKEN_BYTES = 32
HOURS = SILENT_SECONDS / 3600


class Command(BaseCommand):
    help = (
        "Print a value of SETU_CALLBACK_TOKENS with a new token before those there are, the address to register with "
        "Setu, and what to do next. With --drop: the value without the old tokens. Both hold secrets. Nothing is "
        "written anywhere, so it may be run as often as you like."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--drop", action="store_true", help="Print the value with the first token only.")

    def handle(self, *, drop: bool, **options: Any) -> None:
        for line in self._dropped() if drop else self._rotated():
            self.stdout.write(line)

    def _rotated(self) -> list[str]:
        new = secrets.token_urlsafe(TOKEN_BYTES)
        return [
            f"SETU_CALLBACK_TOKENS={','.join([new, *settings.SETU_CALLBACK_TOKENS])}",
            "",
            "1. Set this for every process, and restart them. Both tokens are valid then.",
            f"2. Register this address with Setu: {settings.PUBLIC_URL}/webhooks/setu/{new}",
            "3. Wait until callbacks come with the new token and none with the old one: `manage.py doctor` tells when "
            "each last came, as do the console's front page and signflow_callback_token_age_seconds.",
            "4. Take the old one out: `manage.py rotate_callback_token --drop`.",
            "If the old token is known to somebody: drop it at once instead of waiting. Callbacks that Setu still "
            "sends to it are refused, and the clock finds what they would have told.",
        ]

    def _dropped(self) -> list[str]:
        if len(settings.SETU_CALLBACK_TOKENS) < 2:
            raise CommandError(
                "There is one token only. Make a new one first: `manage.py rotate_callback_token`."
            )
        return [
            f"SETU_CALLBACK_TOKENS={settings.SETU_CALLBACK_TOKENS[0]}",
            "",
            *_warnings(),
            "Set this for every process, and restart them. What still comes with an old token is a 404 then.",
        ]


def _warnings() -> list[str]:
    try:
        tokens, now = tokens_seen(), database_now()
    except AnyDatabaseError as error:
        return [f"WARNING: when each token last came cannot be told ({type(error).__name__})."]
    found = []
    if tokens[0].at is None:
        found.append("WARNING: no callback has come with the first token yet. Does Setu know its address?")
    for token in tokens[1:]:
        if token.at and (hours := (now - token.at).total_seconds() / 3600) < HOURS:
            found.append(f"WARNING: {_named(token)} came {hours:.1f} hours ago: Setu may still use it.")
    return found


def _named(token: TokenSeen) -> str:
    return f"the old token no. {token.place}"
