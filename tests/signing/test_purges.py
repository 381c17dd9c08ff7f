"""What an open request or a completed archive needs is never purged; what nobody needs any more is."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from core import jobs, retention
from core.clock import after
from core.events import chain_broken_at
from core.models import Event, Job, LooseBlob
from core.storage import blob_read
from signing.models import Document, SignatureRequest, SignedFile, SignerLink, Stray
from signing.services.documents import document_create
from signing.services.drift import drift_find
from signing.states import STRAY_JOB, Stage, Status
from tests.builders import make_document, make_pdf, make_request
from tests.signing.builders import ask

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=4000)


def aged(rows: Any, **more: Any) -> None:
    """Everything that has a time lies eleven years back."""
    at = timezone.now() - LONG_AGO
    names = {field.name for field in rows.model._meta.concrete_fields}
    times = {name: at for name in ("created_at", "ended_at", "named_at", "since") if name in names}
    rows.update(**(times | more))


def test_an_upload_that_nobody_was_asked_to_sign_goes_with_its_file(manager):
    document = document_create(by=manager, name="Draft", content=make_pdf())
    assert retention.purge()[0]["documents"] == 0
    aged(Document.objects.all())
    assert retention.purge()[0]["documents"] == 1
    assert not Document.objects.exists()
    assert default_storage.exists(document.blob), "for a day"
    aged(LooseBlob.objects.all())
    retention.purge()
    assert not default_storage.exists(document.blob)


def test_bytes_that_another_document_has_stay(manager, asha):
    content = make_pdf()
    for name in ("Draft", "Final"):
        document = document_create(by=manager, name=name, content=content)
    ask(asha, by=manager, document=document)
    aged(Document.objects.all())
    aged(LooseBlob.objects.all())
    assert retention.purge()[0]["documents"] == 1
    aged(LooseBlob.objects.all())
    retention.purge()
    assert Document.objects.get().name == "Final"
    assert blob_read(document.blob) == content


def test_a_document_with_a_request_or_with_a_copy_that_has_one_stays(manager, asha):
    first = make_document(by=manager)
    request = make_request(
        by=manager, signers=[asha], document=first, stage=Stage.ENDED, ending=Status.CANCELLED
    )
    ask(asha, by=manager, document=first)
    aged(Document.objects.all())
    aged(SignatureRequest.objects.filter(id=request.id))
    retention.purge()
    assert Document.objects.count() == 2


def test_whoever_asks_for_signatures_on_a_document_that_is_just_gone_is_told_that_there_is_none(
    manager, asha, as_user
):
    document = document_create(by=manager, name="Draft", content=make_pdf())
    aged(Document.objects.all())
    retention.purge()
    assert as_user(manager).ask(str(document.id), [asha]).status_code == 404


def test_a_whole_story_that_has_ended_keeps_its_files_its_chain_and_what_people_see(
    opened, asha, as_user, manager
):
    it = opened(asha)
    it.sign(0)
    it.go_on()
    before = as_user(manager).get(f"signature/{it.request_id}/").json()
    aged(SignatureRequest.objects.all())
    aged(Document.objects.all())
    aged(LooseBlob.objects.all())
    dropped, _ = retention.purge()
    assert (dropped["signers' links"], dropped["documents"]) == (1, 0)
    assert SignerLink.objects.get().url == ""
    file = SignedFile.objects.get()
    assert len(blob_read(file.blob)) == file.size
    assert blob_read(it.request.document.blob)
    assert chain_broken_at(it.request_id) is None
    assert Event.objects.filter(chain=it.request_id).count() > 3
    after_it = as_user(manager).get(f"signature/{it.request_id}/").json()
    times = {"ended_at": None, "created_at": None, "document_url": None}
    assert after_it | times == before | times
    assert as_user(manager).get(f"download/{it.request_id}/").status_code == 200
    assert sum(retention.purge()[0].values()) == 0


def test_an_open_request_keeps_everything_however_old_it_is(opened, asha):
    it = opened(asha)
    aged(SignatureRequest.objects.all(), ended_at=None)
    aged(Document.objects.all())
    Job.objects.update(dead_at=after(-4000 * retention.DAY))
    aged(LooseBlob.objects.all())
    dropped, _ = retention.purge()
    assert {name: number for name, number in dropped.items() if number} == {}
    assert SignerLink.objects.get().url
    assert blob_read(it.request.document.blob)


def test_work_that_was_given_up_is_laid_to_rest_and_keeps_its_fence(manager, asha):
    request = make_request(by=manager, signers=[asha], stage=Stage.ENDED, ending=Status.CANCELLED)
    jobs.ring("signing.request", subject=request.id, cause="cancel")
    Job.objects.update(fence=7, last_error="OSError", dead_at=after(-4000 * retention.DAY))
    assert retention.purge()[0]["dead jobs"] == 0, "it ended just now"
    aged(SignatureRequest.objects.all())
    assert retention.purge()[0]["dead jobs"] == 1
    job = Job.objects.get()
    assert (job.fence, job.dead_at, job.due_at, job.last_error) == (7, None, None, "")


def test_strays_that_were_looked_up_go_with_their_work(manager):
    for outcome in ("unknown", "", "signed"):
        stray = Stray.objects.create(setu_id=f"id-{outcome}", cause="callback", outcome=outcome)
        jobs.ring(STRAY_JOB, subject=stray.id, cause="callback")
    Job.objects.update(due_at=None)
    aged(Stray.objects.all())
    dropped, _ = retention.purge()
    assert (dropped["strays"], dropped["strays' jobs"]) == (1, 1)
    left = Stray.objects.order_by("outcome")
    assert [stray.outcome for stray in left] == ["", "signed"], "nobody has decided about these yet"
    assert {job.subject for job in Job.objects.all()} == {stray.id for stray in left}


def test_a_request_asked_for_in_the_same_moment_keeps_its_document(manager, asha):
    """The purge has chosen the document; before it deletes, somebody asks people to sign it."""
    document = document_create(by=manager, name="Draft", content=make_pdf())
    aged(Document.objects.all())
    chosen = retention.RULES["documents"].rows()
    pks = list(chosen.values_list("pk", flat=True))
    ask(asha, by=manager, document=document)
    assert retention.RULES["documents"].drop(retention.RULES["documents"].rows().filter(pk__in=pks)) == 0
    assert Document.objects.get().id == document.id


def test_the_rows_still_follow_from_the_chains_after_a_purge(opened, asha):
    it = opened(asha)
    it.sign(0)
    it.go_on()
    aged(SignatureRequest.objects.all())
    retention.purge()
    assert list(drift_find()) == []
