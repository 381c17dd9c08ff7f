"""What the business holds about a person.

Documents that people were asked to sign, and signed files, stay as they are: the contract is its other parties' too,
and names those who made it. What we wrote around it does not.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from core.erasure import HINDRANCES, INSTEAD, Hindrance, Person, part, payloads_erased, texts_masked
from core.errors import DomainError
from core.models import EventPayload
from signing.models import Document, SignatureRequest, Signer, SignerLink
from signing.purges import documents_delete, unused
from signing.services.cancel import request_cancel
from signing.states import Stage

GONE = "erased-"


def concerning(person: Person) -> QuerySet[SignatureRequest]:
    """The requests that the person asked for, was asked to sign, or decided to end."""
    theirs = (
        Q(signers__user=person.user_id) | Q(created_by=person.user_id) | Q(cancel_asked_by=person.user_id)
    )
    return SignatureRequest.objects.filter(id__in=SignatureRequest.objects.filter(theirs).values("id"))


def open_requests(person: Person) -> QuerySet[SignatureRequest]:
    theirs = Q(signers__user=person.user_id) | Q(created_by=person.user_id)
    found = SignatureRequest.objects.exclude(stage=Stage.ENDED).filter(theirs)
    return SignatureRequest.objects.filter(id__in=found.values("id"))


def _count(person: Person) -> int:
    return open_requests(person).count()


def _cancel(person: Person) -> None:
    for request in list(open_requests(person)):
        try:
            request_cancel(request=request, by=None)
        except DomainError:
            continue  # everybody has signed: it ends by itself


HINDRANCES.append(Hindrance(open=_count, end=_cancel))


@part("signer", does="name and birth year taken out")
def signers(person: Person, dry: bool) -> int:
    named = Signer.objects.filter(user=person.user_id).exclude(display_name=INSTEAD, birth_year=None)
    return named.count() if dry else named.update(display_name=INSTEAD, birth_year=None)


@part("signer link", does="Setu's link and id of the signer taken out")
def links(person: Person, dry: bool) -> int:
    theirs = SignerLink.objects.filter(signer__user=person.user_id)
    theirs = theirs.exclude(url="", setu_signer_id__startswith=GONE)
    if dry:
        return theirs.count()
    number = 0
    for link in theirs.iterator(chunk_size=500):
        number += SignerLink.objects.filter(pk=link.pk).update(url="", setu_signer_id=f"{GONE}{link.pk}")
    return number


@part("request", does="names in reasons masked")
def reasons(person: Person, dry: bool) -> int:
    return _masked(SignatureRequest, concerning(person), ("reason", "cancel_reason"), person, dry=dry)


@part("document", does="names in titles masked")
def titles(person: Person, dry: bool) -> int:
    theirs = Document.objects.filter(Q(created_by=person.user_id) | Q(request__in=concerning(person)))
    return _masked(Document, theirs, ("name",), person, dry=dry)


@part("event payload", does="details that name the person deleted; the chains hold")
def events(person: Person, dry: bool) -> int:
    theirs = concerning(person).values("id")
    others = SignatureRequest.objects.filter(organization=person.organization_id).exclude(id__in=theirs)
    payloads = EventPayload.objects.select_related("event")
    number = payloads_erased(payloads.filter(event__chain__in=theirs), person.names, dry=dry)
    about = payloads.filter(event__chain__in=others.values("id"), data__has_key="reason")
    return number + payloads_erased(about, person.known_as, dry=dry)


@part("unused document", does="deleted; its file goes within a day")
def uploads(person: Person, dry: bool) -> int:
    """What the person uploaded and nobody was asked to sign."""
    theirs = unused(Document.objects.filter(created_by=person.user_id))
    return theirs.count() if dry else documents_delete(theirs)


def _masked(model: Any, theirs: QuerySet[Any], fields: Iterable[str], person: Person, *, dry: bool) -> int:
    """All the person's names where they had a part; elsewhere in the organization what can only mean them."""
    own = model.objects.filter(pk__in=theirs.values("pk"))
    others = model.objects.filter(organization=person.organization_id).exclude(pk__in=theirs.values("pk"))
    holds = Q()
    for name in person.known_as:
        for field in fields:
            holds |= Q(**{f"{field}__icontains": name})
    number = texts_masked(own, fields, person.names, dry=dry)
    return number + texts_masked(others.filter(holds), fields, person.known_as, dry=dry)
