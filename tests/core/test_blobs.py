"""A file goes when no row names it, and stays, or is written anew, when somebody uploads the same bytes meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.functions import Now

from core import blobs
from core.blobs import HOLDERS, BlobBusy, blob_store, blobs_let_go, loose_blobs, loose_blobs_remove
from core.clock import after
from core.models import LooseBlob
from core.storage import blob_read
from tests.core.test_jobs_races import at_once

pytestmark = pytest.mark.django_db
CONTENT = b"%PDF- some bytes"


@pytest.fixture
def organization() -> UUID:
    return uuid4()


@pytest.fixture
def named() -> Iterator[set[str]]:
    """The names that rows name, as a holder tells."""
    names: set[str] = set()

    def holder(asked: Any) -> set[str]:
        return names.intersection(asked)

    HOLDERS.append(holder)
    yield names
    HOLDERS.pop()


def a_day_passes() -> None:
    LooseBlob.objects.update(since=after(-blobs.GRACE_SECONDS - 1))


def remove() -> int:
    return loose_blobs_remove(loose_blobs())


def test_a_file_whose_row_never_came_goes_after_a_day(organization):
    name = blob_store(organization_id=organization, content=CONTENT)
    assert remove() == 0
    assert default_storage.exists(name)
    a_day_passes()
    assert remove() == 1
    assert not default_storage.exists(name)
    assert not LooseBlob.objects.exists()


def test_a_file_that_a_row_names_stays_and_is_not_asked_about_again(organization, named):
    name = blob_store(organization_id=organization, content=CONTENT)
    named.add(name)
    a_day_passes()
    assert remove() == 1
    assert blob_read(name) == CONTENT
    assert not LooseBlob.objects.exists()


def test_the_last_row_that_lets_a_file_go_makes_it_go(organization, named):
    name = blob_store(organization_id=organization, content=CONTENT)
    LooseBlob.objects.all().delete()
    named.add(name)
    blobs_let_go([name])
    a_day_passes()
    remove()
    assert default_storage.exists(name), "another row names it"
    named.clear()
    blobs_let_go([name, name])
    a_day_passes()
    remove()
    assert not default_storage.exists(name)


def test_uploading_the_same_bytes_again_saves_the_file_for_another_day(organization):
    name = blob_store(organization_id=organization, content=CONTENT)
    a_day_passes()
    assert blob_store(organization_id=organization, content=CONTENT) == name
    assert remove() == 0
    assert blob_read(name) == CONTENT


def test_an_upload_waits_while_the_same_bytes_are_removed_and_says_so_if_that_takes_long(
    organization, monkeypatch
):
    name = blob_store(organization_id=organization, content=CONTENT)
    LooseBlob.objects.update(taken_at=Now())
    monkeypatch.setattr(blobs, "WAIT_SECONDS", 0.2)
    with pytest.raises(BlobBusy):
        blob_store(organization_id=organization, content=CONTENT)
    LooseBlob.objects.filter(name=name).delete()
    assert blob_store(organization_id=organization, content=CONTENT) == name


def test_whoever_died_while_removing_holds_up_nobody_for_long(organization):
    name = blob_store(organization_id=organization, content=CONTENT)
    LooseBlob.objects.update(taken_at=after(-blobs.STALE_SECONDS - 1))
    assert blob_store(organization_id=organization, content=CONTENT) == name
    a_day_passes()
    LooseBlob.objects.update(taken_at=after(-blobs.STALE_SECONDS - 1))
    assert remove() == 1
    assert not default_storage.exists(name)


def test_a_storage_that_is_away_leaves_the_note_for_the_next_time(organization, settings, tmp_path):
    blob_store(organization_id=organization, content=CONTENT)
    a_day_passes()
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = str(tmp_path / "file")
    assert remove() == 0
    assert LooseBlob.objects.get().taken_at is None


def while_asked(names: set[str], act: Callable[[], object]) -> None:
    """The rows are asked and answer; before the remover goes on, something happens, once."""
    acts = [act]

    def holder(asked: Any) -> set[str]:
        seen = names.intersection(asked)
        while acts:
            acts.pop()()
        return seen

    HOLDERS[-1:] = [holder]


def test_a_file_that_is_let_go_while_its_rows_are_asked_is_noted_and_goes_later(organization, named):
    name = blob_store(organization_id=organization, content=CONTENT)
    named.add(name)
    a_day_passes()

    def last_row_goes() -> None:
        named.clear()
        blobs_let_go([name])

    while_asked(named, last_row_goes)
    assert remove() == 0
    assert LooseBlob.objects.get().taken_at is None
    assert remove() == 0, "not within the day"
    a_day_passes()
    assert remove() == 1
    assert not default_storage.exists(name)


@pytest.mark.parametrize("meanwhile", ["uploaded", "uploaded and taken"])
def test_a_remover_that_wakes_after_it_was_held_to_be_dead_touches_nothing(organization, named, meanwhile):
    name = blob_store(organization_id=organization, content=CONTENT)
    a_day_passes()
    notes: list[Any] = []

    def long_sleep() -> None:
        LooseBlob.objects.update(taken_at=after(-blobs.STALE_SECONDS - 1))
        blob_store(organization_id=organization, content=CONTENT)
        named.add(name)
        if meanwhile == "uploaded and taken":
            a_day_passes()
            LooseBlob.objects.update(taken_at=after(1))
        notes.extend(LooseBlob.objects.values())

    while_asked(named, long_sleep)
    assert remove() == 0
    assert blob_read(name) == CONTENT
    assert list(LooseBlob.objects.values()) == notes


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(5))
def test_the_last_row_of_a_file_going_beside_removals_never_leaves_the_file_without_a_note(
    organization, named, turn
):
    """The holder answers, and its caller hears of it a little later: in between the row goes."""

    def slow(asked: Any) -> set[str]:
        seen = named.intersection(asked)
        time.sleep(0.02)
        return set(seen)

    def last_row_goes() -> None:
        time.sleep(0.005 * turn)
        with transaction.atomic():
            blobs_let_go([name])
            named.discard(name)

    for no in range(4):
        HOLDERS[-1] = lambda asked: named.intersection(asked)
        name = blob_store(organization_id=organization, content=CONTENT + bytes([no]))
        named.add(name)
        a_day_passes()
        HOLDERS[-1] = slow
        results = at_once(last_row_goes, remove, remove)
        assert not [each for each in results if isinstance(each, Exception)]
        assert LooseBlob.objects.filter(taken_at__isnull=False).count() == 0
        assert LooseBlob.objects.filter(name=name).exists() or not default_storage.exists(name)
        a_day_passes()
        remove()
        assert not default_storage.exists(name)


@pytest.mark.django_db(transaction=True)
def test_uploads_and_removals_of_the_same_bytes_at_once_never_end_in_a_row_without_its_file(
    organization, named
):
    """Each uploader writes the bytes, then its row; the removers take whatever seems loose, at once."""
    name = blob_store(organization_id=organization, content=CONTENT)

    removed, over = [], threading.Event()

    def upload() -> None:
        try:
            for _ in range(20):
                named.discard(name)
                LooseBlob.objects.filter(taken_at__isnull=True).update(since=after(-blobs.GRACE_SECONDS - 1))
                blob_store(organization_id=organization, content=CONTENT)
                named.add(name)
                assert blob_read(name) == CONTENT
        finally:
            over.set()

    def sweep() -> None:
        while not over.is_set():
            removed.append(remove())

    assert at_once(upload, sweep, sweep) == [None, None, None]
    assert sum(removed) > 0, "they met"
    assert blob_read(name) == CONTENT
