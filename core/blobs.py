"""Files that several rows may name, removed only when none does, beside uploads of the very same bytes.

Every file is noted as loose before it is written, so one whose row never came (a crash) is found without listing the
storage. Removing takes three steps: the note is taken, which an uploader sees; the rows are asked; the file goes. An
uploader renews the note first, which saves the file for a day, or waits while it is being removed and writes it anew.
A note that is renewed while it is taken is not settled with it: rows that were seen may have gone since.

The moment of the taking is its fence: a remover that slept until others held it to be dead touches nothing more. Only
one stopped for that long between its last look and the storage's call could still remove bytes uploaded anew.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from core.clock import after, database_now
from core.models import LooseBlob
from core.storage import blob_keep, blob_name

log = logging.getLogger(__name__)
GRACE_SECONDS = 86_400.0  # s from the note until the file may go: no upload takes as long to write its row
WAIT_SECONDS = 5.0  # s an upload waits for a removal of the same bytes
STALE_SECONDS = 600.0  # s after which whoever began a removal is held to be dead

Holder = Callable[[Collection[str]], Iterable[str]]
HOLDERS: list[Holder] = []


class BlobBusy(OSError):
    """The same bytes are being removed just now. Trying again in a moment helps."""

    loggable = True


def register_holder(holder: Holder) -> Holder:
    """holder: of these names, those that a row of its app names."""
    HOLDERS.append(holder)
    return holder


def blob_store(*, organization_id: UUID, content: bytes) -> str:
    """Keep bytes for a row that is written next; returns their name. Repeating is safe.

    Called outside of transactions. Raises OSError (BlobBusy, or the storage's own).
    """
    _note(blob_name(organization_id=organization_id, content=content))
    return blob_keep(organization_id=organization_id, content=content)


def blobs_let_go(names: Iterable[str]) -> None:
    """Rows that named these are gone, in the caller's transaction: in a day the files go too, unless others do."""
    for name in sorted(set(names)):
        LooseBlob.objects.update_or_create(
            name=name, defaults={"since": Now()}, create_defaults={"since": Now()}
        )


def loose_blobs(*, grace: float = GRACE_SECONDS) -> QuerySet[LooseBlob]:
    return LooseBlob.objects.filter(_free(), since__lt=after(-grace))


def loose_blobs_remove(loose: QuerySet[LooseBlob]) -> int:
    """Remove those files that no row names; returns how many notes are settled. Safe to repeat and beside others."""
    settled = 0
    for name, since in list(loose.values_list("name", "since")):
        taken_at = database_now()
        taken = LooseBlob.objects.filter(name=name, taken_at=taken_at)
        if not loose.filter(name=name).update(taken_at=taken_at):
            continue  # written again meanwhile, or somebody else removes it
        try:
            named = any(name in set(holder([name])) for holder in HOLDERS)
            if not named and taken.exists():
                default_storage.delete(name)
        except OSError as error:
            log.warning("blobs.not_removed", extra={"error": type(error).__name__})
            taken.update(taken_at=None)
            continue
        # Not `since=since`: SQLite compares texts, and what Now() wrote has three digits after the second.
        if number := taken.filter(since__lte=since).delete()[0]:
            settled += number
        else:
            taken.update(taken_at=None)
    return settled


def _note(name: str) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while True:
        LooseBlob.objects.bulk_create([LooseBlob(name=name, since=after(0))], ignore_conflicts=True)
        if LooseBlob.objects.filter(_free(), name=name).update(since=Now(), taken_at=None):
            return
        if time.monotonic() > until:
            raise BlobBusy("The same file is being removed just now.")
        time.sleep(0.1)


def _free() -> Q:
    return Q(taken_at__isnull=True) | Q(taken_at__lt=after(-STALE_SECONDS))
