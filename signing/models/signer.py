from uuid import uuid4

from django.db import models

from core.models import User
from signing.models.request import SignatureRequest
from signing.states import SignerStatus, signer_status_of


class Corner(models.TextChoices):
    """Where on a page a signature goes, in Setu's words."""

    BOTTOM_LEFT = "bottom-left"
    BOTTOM_RIGHT = "bottom-right"
    TOP_LEFT = "top-left"
    TOP_RIGHT = "top-right"


class Signer(models.Model):
    """One person's part in a request, with the name and birth year as they were sent to Setu."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    request = models.ForeignKey(SignatureRequest, on_delete=models.CASCADE, related_name="signers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="signer_parts")
    no = models.PositiveSmallIntegerField(help_text="Place in the request, from 1.")
    display_name = models.CharField(max_length=150)
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    pages = models.JSONField(help_text="Page numbers, from 1.")
    corner = models.CharField(max_length=12, choices=Corner)
    height = models.PositiveSmallIntegerField(default=60, help_text="Points.")
    width = models.PositiveSmallIntegerField(default=180, help_text="Points.")
    released_at = models.DateTimeField(null=True, blank=True, help_text="When the link was last followed.")

    # What Setu answered, written by a look only.
    setu_status = models.CharField(max_length=40, default="pending")
    err_code = models.CharField(max_length=60, blank=True)
    seen_look = models.PositiveBigIntegerField(default=0)
    signed_at = models.DateTimeField(null=True, blank=True, help_text="When a look first showed it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "no"], name="signer_place"),
            models.UniqueConstraint(fields=["request", "user"], name="signer_once"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def status(self) -> SignerStatus:
        return signer_status_of(setu_status=self.setu_status, err_code=self.err_code)
