"""Flows: a document asked for, its request at the stand-in, and the threads that work in production."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connections

from core.models import User
from signflow import embedded
from tests.builders import make_pdf
from tests.client import Api
from tests.standin import StandIn


@dataclass
class Story:
    """One request: who asked, who signs, and its ids here and at Setu."""

    manager: Api
    signers: list[Api]
    request_id: str
    world: StandIn

    @property
    def at_setu(self) -> dict[str, Any]:
        return self.world.requests()[-1]

    def sign(self, no: int) -> str:
        """The no-th signer signs at Setu. Returns where the browser is sent."""
        return self.world.sign(self.at_setu["id"], self.at_setu["signers"][no]["id"])

    def read(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.manager.get(f"signature/{self.request_id}/").json()
        return answer

    @property
    def status(self) -> str:
        return str(self.read()["status"])


@pytest.fixture
def ask(world: StandIn, manager: User) -> Callable[..., Story]:
    """Upload a contract and ask people to sign it."""

    def asked(*signers: User, content: bytes | None = None) -> Story:
        boss = Api(manager)
        document = boss.upload(content or make_pdf()).json()["id"]
        answer = boss.ask(document, signers)
        assert answer.status_code == 201, answer.content
        return Story(boss, [Api(user) for user in signers], answer.json()["id"], world)

    return asked


@pytest.fixture
def embedded_worker(transactional_db, settings) -> Iterator[None]:
    """The embedded worker and the one-second ticker, as `make run` has them, in threads of this process."""
    settings.TICK_SECONDS = 0.2
    stop = embedded.start()
    yield
    stop()
    connections.close_all()
