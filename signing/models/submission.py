import secrets

from django.db import models
from django.db.models import Q

from signing.models.request import SignatureRequest
from signing.models.signer import Signer


def new_reference() -> str:
    return secrets.token_hex(16)


class Submission(models.Model):
    """One attempt to open a request at Setu.

    A document at Setu is single-use and creating has no idempotency key, so an attempt whose document turns out to be
    used without our knowing is orphaned, and the next one uploads afresh. `reference` travels in the redirect URL: by
    it an orphan that turns up is recognised. What has happened follows from the columns: uploaded (setu_document_id),
    create sent (create_sent_at), open (setu_id), given up (orphaned_at), not found at Setu
    (gone_at), removed there (deleted_at).
    """

    request = models.ForeignKey(SignatureRequest, on_delete=models.CASCADE, related_name="submissions")
    no = models.PositiveSmallIntegerField()
    reference = models.CharField(max_length=32, unique=True, default=new_reference)
    account = models.CharField(max_length=64, help_text="Fingerprint of the Setu account it was made with.")
    setu_document_id = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001  # null: not yet
    setu_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    create_sent_at = models.DateTimeField(null=True, blank=True)
    orphaned_at = models.DateTimeField(null=True, blank=True)
    delete_tried_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True, help_text="When Setu first answered 404.")
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "no"], name="submission_place"),
            models.UniqueConstraint(
                fields=["request"], condition=Q(orphaned_at__isnull=True), name="submission_one_current"
            ),
        ]
        indexes = [models.Index(fields=["setu_document_id"], name="submission_document")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.no}"


class SignerLink(models.Model):
    """A signer's id and personal link at Setu. The link is a bearer secret: whoever has it can open it."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="links")
    signer = models.ForeignKey(Signer, on_delete=models.CASCADE, related_name="links")
    setu_signer_id = models.CharField(max_length=200)
    url = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "signer"], name="link_once"),
            models.UniqueConstraint(fields=["submission", "setu_signer_id"], name="link_of_one_signer"),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.signer_id}"
