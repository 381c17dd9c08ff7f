from django.db import models

from signing.models.request import SignatureRequest


class SignedFile(models.Model):
    """The signed document as Setu gave it, checked and in our storage. Exactly one per completed request."""

    request = models.OneToOneField(SignatureRequest, on_delete=models.PROTECT, related_name="signed_file")
    blob = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="Bytes.")
    signatures = models.PositiveSmallIntegerField(help_text="Intact signatures found by the check.")
    archived_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256
