from django.db import models


class Heartbeat(models.Model):
    """When a part last showed that it is alive: `clock`, or a worker process by its name."""

    name = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
