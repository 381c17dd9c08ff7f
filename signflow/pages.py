"""Pages for people who come by an address of their own making."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render


def to_docs(request: HttpRequest) -> HttpResponse:
    """The root has nothing of its own: the API's documentation is where a person can go on."""
    return HttpResponseRedirect("/api/docs/")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What is under /api/ becomes a problem (core/problems.py); a person sees this."""
    context = {
        "title": "Not found",
        "detail": "There is nothing at this address. Open SignFlow and follow the links there.",
        "frontend_url": settings.FRONTEND_URL,
    }
    return render(request, "signing/message.html", context, status=404)
