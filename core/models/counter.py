from django.db import models


class Counter(models.Model):
    """How often something happened, over all processes and their restarts. Written by core/counters.py."""

    name = models.CharField(max_length=40)
    labels = models.CharField(max_length=200, help_text="As JSON, in the order of their names.")
    value = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField(help_text="When it last happened.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "labels"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.labels}"
