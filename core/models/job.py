from django.db import models
from django.db.models import Q


class Job(models.Model):
    """Background work owed to one subject. There is no state column: what a job is follows from its times.

    idle: `due_at` is null. due: `due_at` has come. leased: `leased_until` is ahead. dead: `dead_at` is set.
    Written only by core/jobs.py.
    """

    kind = models.CharField(max_length=40)
    subject = models.UUIDField()
    due_at = models.DateTimeField(null=True, blank=True)
    wanted = models.PositiveBigIntegerField(
        default=0, help_text="Counts rings; a ring during a run is never lost."
    )
    fence = models.PositiveBigIntegerField(
        default=0, help_text="Counts claims; a stale holder's write is refused."
    )
    leased_until = models.DateTimeField(null=True, blank=True)
    rest_until = models.DateTimeField(
        null=True, blank=True, help_text="Not before, whoever rings: the subject's bucket or back-off."
    )
    crashes = models.PositiveSmallIntegerField(default=0, help_text="Claims in a row that never settled.")
    failures = models.PositiveIntegerField(default=0, help_text="Tries in a row that found Setu unavailable.")
    cause = models.CharField(max_length=16, blank=True, help_text="Who rang last.")
    last_error = models.CharField(max_length=200, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="job_once_per_subject")]
        indexes = [
            models.Index(fields=["dead_at"], name="job_dead", condition=Q(dead_at__isnull=False)),
            models.Index(fields=["failures"], name="job_failing", condition=Q(failures__gt=0)),
            models.Index(
                fields=["due_at"], name="job_due", condition=Q(due_at__isnull=False, dead_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
