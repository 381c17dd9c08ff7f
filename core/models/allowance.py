from django.db import models


class Allowance(models.Model):
    """How much of a limit somebody has used, or where a name's owner signs in (core/throttle.py)."""

    key = models.CharField(max_length=64, primary_key=True, help_text="A keyed digest; names nobody.")
    full_at = models.DateTimeField(help_text="When nothing of it is used any more.")

    def __str__(self) -> str:
        return self.key[:12]
