from collections.abc import Iterator

import pytest

from core import counters
from signing.models import SignatureRequest
from tests.builders import make_request


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    """What other tests in this process counted is none of these tests' business."""
    counters._pending.clear()
    yield
    counters._pending.clear()


@pytest.fixture
def open_request(manager, asha) -> SignatureRequest:
    return make_request(by=manager, signers=[asha])
