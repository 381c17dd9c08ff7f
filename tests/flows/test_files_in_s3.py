"""The main job with files in an S3-compatible storage."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from tests import s3
from tests.builders import make_pdf


@pytest.fixture
def bucket(settings) -> Iterator[Any]:
    with s3.server() as address, s3.bucket(address) as bucket:
        settings.STORAGES = settings.STORAGES | s3.stores(address)
        yield bucket


def test_a_contract_is_uploaded_signed_and_downloaded(bucket, ask, run_due, asha, client, settings):
    story = ask(asha)
    run_due()
    story.sign(0)
    run_due()
    assert story.status == "sign_complete"

    link = story.signers[0].get(f"download/{story.request_id}/").json()["downloadUrl"]
    file = client.get(link.removeprefix(settings.PUBLIC_URL))
    assert file["Content-Disposition"].startswith("attachment")
    signed = b"".join(file.streaming_content)
    assert int(file["Content-Length"]) == len(signed)
    assert len(PdfFileReader(io.BytesIO(signed)).embedded_signatures) == 1
    assert sorted(s3.kept(bucket).values(), key=len) == [make_pdf(), signed]


def test_a_file_that_cannot_be_fetched_is_a_page_that_says_so(bucket, as_user, manager, client, settings):
    url = as_user(manager).upload(make_pdf()).json()["document_url"].removeprefix(settings.PUBLIC_URL)
    assert b"".join(client.get(url).streaming_content) == make_pdf()
    bucket.objects.all().delete()
    gone = client.get(url)
    settings.STORAGES = settings.STORAGES | s3.stores("http://127.0.0.1:9")
    down = client.get(url)
    assert [gone.status_code, down.status_code] == [503, 503]
    assert b"Try again" in down.content
