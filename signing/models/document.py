from uuid import uuid4

from django.db import models

from core.models import Organization, User


class Document(models.Model):
    """An uploaded contract, as it was uploaded. Its bytes never change; at most one request hangs on it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="documents")
    name = models.CharField(max_length=200)
    blob = models.CharField(max_length=120, help_text="Name in the storage: organization/sha256.")
    size = models.PositiveIntegerField(help_text="Bytes.")
    pages = models.PositiveIntegerField()
    copy_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="copies",
        help_text="The first upload.",
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
