"""How a support person finds requests: by id, by the document's name, by a signer's user name."""

from uuid import UUID

from django.db.models import Q

from core.models import User
from signing.models import Document, Signer

PEOPLE_MAX = 50
FOUND_MAX = 2000  # requests: as many as can be paged through


def requests_found(term: str) -> Q:
    """A condition for the requests that a person means by these words. Every part of it is bounded."""
    term = term.strip().replace("\0", "")
    try:
        return Q(id=UUID(term)) | Q(document_id=UUID(term))
    except ValueError:
        pass
    people = list(User.objects.filter(username__istartswith=term).values_list("id", flat=True)[:PEOPLE_MAX])
    signing = Signer.objects.filter(user__in=people).order_by("-id").values("request")[:FOUND_MAX]
    named = Document.objects.filter(name__icontains=term).values_list("id", flat=True)[:FOUND_MAX]
    return Q(id__in=list(signing.values_list("request", flat=True))) | Q(document__in=list(named))
