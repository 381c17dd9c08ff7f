from uuid import uuid4

from django.db import models


class Stray(models.Model):
    """An id of Setu's that a callback or a return named and we do not know. Fetched once, to see if it is ours.

    An orphan that somebody has signed is listed here as well, whoever named it (signing/services/superseded.py).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    setu_id = models.CharField(max_length=200, unique=True)
    cause = models.CharField(max_length=16)
    named_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=20, blank=True, help_text="adopted, superseded, signed, unknown.")

    def __str__(self) -> str:
        return str(self.id)
