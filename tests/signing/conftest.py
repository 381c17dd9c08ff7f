import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from core.models import User
from signing.models import SignatureRequest, Submission
from tests.builders import reloaded
from tests.signing.builders import ask, owed
from tests.standin import StandIn


@dataclass
class Opened:
    """A request that is open at the stand-in."""

    request_id: Any
    setu_id: str
    setu_signers: list[str]
    world: StandIn
    run_due: Callable[[], int]

    @property
    def request(self) -> SignatureRequest:
        return reloaded(self.request_id)

    def sign(self, *nos: int) -> None:
        """The signers sign at Setu, each on their own; we are told."""
        for no in nos:
            self.world.sign(self.setu_id, self.setu_signers[no])

    def go_on(self) -> SignatureRequest:
        """Work the request now, as if its due time and its bucket allowed it."""
        owed(self.request)
        self.run_due()
        return self.request


@pytest.fixture
def run_due(run_due: Callable[[], int]) -> Callable[[], int]:
    """As everywhere, and what SQLite holds to be due a millisecond from now as well."""

    def run() -> int:
        runs = 0
        while True:
            time.sleep(0.002)
            more = run_due()
            runs += more
            if not more:
                return runs

    return run


@pytest.fixture
def opened(world: StandIn, run_due: Callable[[], int], manager: User) -> Callable[..., Opened]:
    """Ask people to sign and take the request to the stand-in."""

    def open_(*signers: User) -> Opened:
        request = ask(*signers, by=manager)
        run_due()
        submission = Submission.objects.get(request=request, orphaned_at__isnull=True)
        links = submission.links.order_by("signer__no")
        assert submission.setu_id is not None
        return Opened(request.id, submission.setu_id, [s.setu_signer_id for s in links], world, run_due)

    return open_
