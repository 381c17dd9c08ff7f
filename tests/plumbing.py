"""Seams: the transports behind our HTTP client, and the jobs that are due."""

import httpx
from django.db.models import Q
from django.db.models.functions import Now

from core.models import Job
from tests.standin import ConnectionLost, StandIn


def no_wire() -> httpx.BaseTransport:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"A test called {request.url.host} without the stand-in.")

    return httpx.MockTransport(refuse)


class wire_to(httpx.BaseTransport):  # noqa: N801  # reads as a phrase
    """The stand-in's API on setu.test and its files on files.setu.test, without sockets."""

    def __init__(self, world: StandIn) -> None:
        self._hosts = {
            "setu.test": httpx.WSGITransport(app=world.api),
            "files.setu.test": httpx.WSGITransport(app=world.files),
        }

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            response = self._hosts[request.url.host].handle_request(request)
            response.read()
        except ConnectionLost as lost:
            raise httpx.ReadError("connection lost", request=request) from lost
        return response


def due_jobs() -> list[Job]:
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=Now())
    return list(Job.objects.filter(free, due_at__lte=Now(), dead_at__isnull=True).order_by("due_at", "id"))
