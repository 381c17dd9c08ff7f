from uuid import uuid4

from django.db import models

from core.models.organization import Organization


class SecurityKind(models.TextChoices):
    """Sign-ins with an account, and what was done to one."""

    SIGNED_IN = "signed_in", "signed in"
    SIGN_IN_REFUSED = "sign_in_refused", "sign-in refused"
    CONSOLE_SIGNED_IN = "console_signed_in", "signed in to the console"
    CONSOLE_SIGN_IN_REFUSED = "console_sign_in_refused", "sign-in to the console refused"
    SIGNED_OUT = "signed_out", "signed out on all devices"
    SESSIONS_ENDED = "sessions_ended", "all sessions ended by support"
    PASSWORD_SET = "password_set", "new password"  # a kind's name
    PASSWORD_REFUSED = "password_refused", "change of password refused"
    ACCOUNT_CREATED = "account_created", "account created"
    ACCOUNT_LOCKED = "account_locked", "account locked"
    ACCOUNT_UNLOCKED = "account_unlocked", "account unlocked"


class SecurityReason(models.TextChoices):
    """Why something was refused. The caller is told none of it."""

    WRONG_PASSWORD = "wrong_password", "wrong password"
    LOCKED = "locked", "account locked"
    TOO_MANY = "too_many_tries", "too many tries"
    NO_SUPERUSER = "no_superuser", "no superuser"
    UNKNOWN_NAME = "unknown_name", "unknown name"


class SecurityEvent(models.Model):
    """One line of the security log. Written by core/security.py and never changed, but for `count`.

    It names nobody: ids only, without keys, so that it outlives the people. No name that was typed is kept, since
    people type passwords into the wrong field. `organization` is null for superusers and for unknown names.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    at = models.DateTimeField(help_text="Of the first, where several are counted.")
    kind = models.CharField(max_length=24, choices=SecurityKind)
    reason = models.CharField(max_length=16, choices=SecurityReason, blank=True)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    account = models.UUIDField(null=True, blank=True, help_text="Whose account it concerns.")
    actor = models.UUIDField(null=True, blank=True, help_text="Who did it, signed in; null: nobody was.")
    network = models.CharField(
        max_length=49, blank=True, help_text="Around the caller's address: /24 or /48."
    )
    http_request = models.CharField(
        max_length=64, blank=True, help_text="The X-Request-ID, as in the log's lines."
    )
    count = models.PositiveIntegerField(default=1, help_text="How often, within one minute.")
    once = models.CharField(
        max_length=120, unique=True, help_text="Refusals: kind, reason, account and minute; else the id."
    )

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-at", "-id"], name="security_of_organization"),
            models.Index(fields=["-at", "-id"], name="security_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M:%S}"
