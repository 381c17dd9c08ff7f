"""`/metrics`, for those who hold the token; for others there is no such page."""

import hashlib
import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST

from core.metrics import scrape


def metrics(request: HttpRequest) -> HttpResponse:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    known = settings.METRICS_TOKEN
    if not known or request.method != "GET" or scheme.lower() != "bearer" or not _same(token.strip(), known):
        raise Http404
    response = HttpResponse(scrape(), content_type=CONTENT_TYPE_LATEST)
    response["Cache-Control"] = "no-store"
    return response


def _same(given: str, known: str) -> bool:
    """In a time that tells nothing, not even the length."""
    digests = [hashlib.sha256(text.encode()).digest() for text in (given, known)]
    return hmac.compare_digest(*digests)
