from django.db import models


class Event(models.Model):
    """One link of a chain of what happened to a subject (a request, or an organization). Never changed.

    `digest` covers the link before it, so an edit, a deletion or a swap is found. It covers the payload by a
    salted digest only, so a person can be erased from the payload while the chain still holds.
    """

    chain = models.UUIDField()
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    actor = models.UUIDField(
        null=True, blank=True, help_text="The user's id; no key, so it outlives the user."
    )
    payload_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="event_once_per_place")]

    def __str__(self) -> str:
        return f"{self.chain} {self.seq} {self.kind}"


class EventPayload(models.Model):
    """The erasable side of an event: its details and the salt of their digest."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, primary_key=True, related_name="payload")
    salt = models.CharField(max_length=32)
    data = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.pk)
