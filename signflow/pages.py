"""Pages for people who come by an address of their own making."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static


def to_start(request: HttpRequest) -> HttpResponse:
    """The root has nothing of its own: a person goes on at the API's documentation, or at the frontend."""
    return to_docs(request) if settings.API_DOCS == "open" else HttpResponseRedirect(settings.FRONTEND_URL)


def to_docs(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/api/docs/")


def to_admin(request: HttpRequest) -> HttpResponse:
    """For those who type the address without its slash."""
    return HttpResponseRedirect("/admin/")


def to_icon(request: HttpRequest) -> HttpResponse:
    """Where browsers look by themselves, for answers that name no icon."""
    return HttpResponseRedirect(static("signflow/icon.svg"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What is under /api/ becomes a problem (core/problems.py); a person sees this."""
    context = {
        "title": "Not found",
        "detail": "There is nothing at this address. Open SignFlow and follow the links there.",
        "frontend_url": settings.FRONTEND_URL,
    }
    return render(request, "signing/message.html", context, status=404)
