from uuid import uuid4

from django.db import models


class Organization(models.Model):
    """A tenant. Every query that a user can reach is scoped by it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
