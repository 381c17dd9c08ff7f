"""What the people's part holds about a person beside their account."""

from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import Q

from core.erasure import Person, part, payloads_erased
from core.models import EventPayload, SecurityEvent, User


@part("user", does="name, birth, password and sign-ins taken out; locked for good")
def account(person: Person, dry: bool) -> int:
    """Done by the erasure itself, as its last step."""
    return int(dry and bool(person.username) and User.objects.filter(id=person.user_id).exists())


@part("session", does="deleted")
def sessions(person: Person, dry: bool) -> int:
    """Of the console: a session says whose it is in its sealed data only."""
    theirs = [
        session.pk
        for session in Session.objects.iterator(chunk_size=500)
        if session.get_decoded().get(SESSION_KEY) == str(person.user_id)
    ]
    if not dry:
        Session.objects.filter(pk__in=theirs).delete()
    return len(theirs)


@part("admin log", does="name taken out")
def console_log(person: Person, dry: bool) -> int:
    about = LogEntry.objects.filter(object_id=str(person.user_id)).exclude(object_repr="", change_message="")
    return about.count() if dry else about.update(object_repr="", change_message="")


@part("security event", does="networks and call ids of what they did taken out")
def security_log(person: Person, dry: bool) -> int:
    """Also of what they did to others' accounts."""
    theirs = SecurityEvent.objects.filter(Q(account=person.user_id) | Q(actor=person.user_id))
    theirs = theirs.exclude(network="", http_request="")
    return theirs.count() if dry else theirs.update(network="", http_request="")


@part("event payload", does="details that name the person deleted; the chain holds")
def events(person: Person, dry: bool) -> int:
    if person.organization_id is None:
        return 0
    theirs = EventPayload.objects.filter(event__chain=person.organization_id)
    return payloads_erased(theirs, person.names, dry=dry)
