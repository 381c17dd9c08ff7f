from django.db import models


class Pace(models.Model):
    """When the next of a kind of calls may be made, by whichever process: one row a kind (core/pace.py)."""

    name = models.CharField(max_length=40, primary_key=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
