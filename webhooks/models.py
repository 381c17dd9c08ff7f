from django.db import models
from django.db.models import Q

from signing.models import SignatureRequest


class InboundDelivery(models.Model):
    """One callback, kept once: its digest, ids and claims, never the body (it names people).

    What it claims is not believed; the request it names is looked at. `request` is null while we do not know the id.
    """

    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the body's bytes.")
    token_fingerprint = models.CharField(max_length=12, help_text="Which path token it came with.")
    received_at = models.DateTimeField(auto_now_add=True)
    setu_id = models.CharField(max_length=200, db_index=True)
    setu_document_id = models.CharField(max_length=200, blank=True)
    claimed_status = models.CharField(max_length=64, blank=True)
    claimed_signers = models.JSONField(default=dict, help_text="Setu's signer id → [status, errCode].")
    size = models.PositiveIntegerField(help_text="Bytes.")
    request = models.ForeignKey(
        SignatureRequest, on_delete=models.SET_NULL, null=True, blank=True, related_name="deliveries"
    )

    class Meta:
        verbose_name, verbose_name_plural = "delivery", "deliveries"
        indexes = [
            models.Index(fields=["received_at"], name="delivery_received"),
            models.Index(fields=["id"], name="delivery_unmatched", condition=Q(request__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.digest[:12]
