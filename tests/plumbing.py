"""Seams: the transports behind our HTTP client, and the jobs that are due."""

import httpx
from django.db.models import Q
from django.db.models.functions import Now

from core.models import Job


def no_wire() -> httpx.BaseTransport:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"A test called {request.url.host} without the stand-in.")

    return httpx.MockTransport(refuse)


def due_jobs() -> list[Job]:
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=Now())
    return list(Job.objects.filter(free, due_at__lte=Now(), dead_at__isnull=True).order_by("due_at", "id"))
