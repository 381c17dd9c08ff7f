from uuid import uuid4

from django.db import models
from django.db.models import Q

from core.models import Organization, User
from signing.models.document import Document
from signing.states import ENDINGS, Stage, Status, is_cancelling


class SignatureRequest(models.Model):
    """People asked to sign one document. `status` is what users see (signing/states.py)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="requests")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="request")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=200, blank=True)
    asked = models.CharField(max_length=64, help_text="Digest of what was asked: tells a double click apart.")

    stage = models.CharField(max_length=12, choices=Stage, default=Stage.QUEUED)
    status = models.CharField(max_length=16, choices=Status, default=Status.QUEUED)
    ending = models.CharField(max_length=16, blank=True, help_text="The status an ended request has.")
    ending_reason = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    # Somebody's decision to end it, until it is carried out; then who and why stay (signing/services/cancel.py).
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    cancel_asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancel_reason = models.CharField(max_length=200, blank=True)

    # What Setu answered, written by a look only.
    setu_status = models.CharField(max_length=40, blank=True)
    seen_look = models.PositiveBigIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=16, blank=True, help_text="Who rang for the last look.")
    gone_at = models.DateTimeField(null=True, blank=True, help_text="When Setu first answered 404.")

    # What decides when to look again.
    activity_at = models.DateTimeField(null=True, blank=True, help_text="When somebody last did something.")
    bucket_at = models.DateTimeField(
        null=True, blank=True, help_text="When the bucket of looks is full again."
    )
    hint = models.JSONField(
        default=dict, blank=True, help_text="What a callback claimed and no look shows yet."
    )

    bad_file = models.CharField(
        max_length=64, blank=True, help_text="Digest of a file that failed the check."
    )
    bad_file_times = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="request_stage_known"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="request_status_known"),
            models.CheckConstraint(
                condition=~Q(stage=Stage.ENDED) | Q(ending__in=sorted(ENDINGS)), name="request_ended_by"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="request_newest"),
            models.Index(fields=["-created_at", "-id"], name="request_newest_of_all"),
            models.Index(fields=["status", "-created_at", "-id"], name="request_newest_by_status"),
            models.Index(
                fields=["cancel_asked_at"],
                name="request_cancel_asked",
                condition=Q(cancel_asked_at__isnull=False) & ~Q(stage=Stage.ENDED),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_open(self) -> bool:
        return self.stage != Stage.ENDED

    @property
    def is_cancelling(self) -> bool:
        """Its end is decided and not carried out at Setu yet."""
        return is_cancelling(stage=self.stage, asked_at=self.cancel_asked_at)
