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
LEFT: dict[str, float] = {}


def little_is_left(seconds: float = 1.0) -> None:
    Job.objects.filter(kind=REQUEST_JOB).update(leased_until=after(seconds))


class Slow(DiskFiles):
    """Reading takes nearly the whole lease. Remembers how much of it was left when it began to read, and to store."""

    def _open(self, name: str, mode: str = "rb") -> Any:
        self._remember("check")
        little_is_left()
        return super()._open(name, mode)  # type: ignore[misc]  # the stubs lack it

    def _save(self, name: str, content: Any) -> str:
        self._remember("store")
        return super()._save(name, content)

    def _remember(self, step: str) -> None:
        until = Job.objects.get(kind=REQUEST_JOB).leased_until
        assert until is not None
        LEFT[step] = (until - database_now()).total_seconds()


@pytest.mark.parametrize("step", ["check", "store"])
def test_each_step_of_archiving_begins_with_a_whole_lease_however_little_the_one_before_has_left(
    step, opened, asha, settings
):
    it = opened(asha)
    LEFT.clear()
    options = {"location": settings.MEDIA_ROOT}
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": f"{__name__}.Slow", "OPTIONS": options}}

    def slow_file(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.url.host == "files.setu.test":
            little_is_left()
        return response

    setu_provider.plug(Between(it.world, slow_file))
    it.sign(0)
    assert it.go_on().status == "sign_complete"
    assert LEFT[step] == pytest.approx(doorbell.kind(REQUEST_JOB).lease, abs=5)
