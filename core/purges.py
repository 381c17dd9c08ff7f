"""What of the people's part is purged. Limits of sign-ins and signs of life go by themselves within the hour."""

from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from core.blobs import loose_blobs, loose_blobs_remove
from core.clock import after
from core.models import LooseBlob
from core.retention import rule


@rule("sessions", says="Sessions of the console that are over.")
def sessions(seconds: float) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=after(0))


@rule("console log", says="Django's own notes of the console; ours are events.", setting="KEEP_LOG_DAYS")
def console_log(seconds: float) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(action_time__lt=after(-seconds))


@rule("files", says="Stored files that no row names, after a day.", drop=loose_blobs_remove)
def files(seconds: float) -> QuerySet[LooseBlob]:
    return loose_blobs()
