from django.db import models


class LooseBlob(models.Model):
    """A stored file that perhaps no row names (core/blobs.py). Here from before it is written until that is known."""

    name = models.CharField(max_length=120, primary_key=True)
    since = models.DateTimeField(help_text="When it was last written or let go.")
    taken_at = models.DateTimeField(null=True, blank=True, help_text="When its removal began.")

    def __str__(self) -> str:
        return self.name
