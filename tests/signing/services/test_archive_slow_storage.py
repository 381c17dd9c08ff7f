"""A storage that takes long to keep the signed file loses no lease, although fetching it took long already."""

from typing import Any

import httpx
import pytest

from core import doorbell
from core.clock import after, database_now
from core.disk import DiskFiles
from core.models import Job
from signing import setu_provider
from signing.states import REQUEST_JOB
from tests.signing.builders import Between

pytestmark = pytest.mark.django_db
LEFT: list[float] = []


class Watched(DiskFiles):
    """Remembers how many seconds of the lease were left when it began to store."""

    def _save(self, name: str, content: Any) -> str:
        until = Job.objects.get(kind=REQUEST_JOB).leased_until
        if until is not None:  # an upload has none
            LEFT.append((until - database_now()).total_seconds())
        return super()._save(name, content)


def test_storing_begins_with_a_whole_lease_however_little_fetching_has_left(opened, asha, settings, tmp_path):
    it = opened(asha)
    LEFT.clear()
    options = {"location": settings.MEDIA_ROOT}
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": f"{__name__}.Watched", "OPTIONS": options}
    }

    def slow_file(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.url.host == "files.setu.test":
            Job.objects.filter(kind=REQUEST_JOB).update(leased_until=after(1))
        return response

    setu_provider.plug(Between(it.world, slow_file))
    it.sign(0)
    assert it.go_on().status == "sign_complete"
    (left,) = LEFT
    assert left == pytest.approx(doorbell.kind(REQUEST_JOB).lease, abs=5)
