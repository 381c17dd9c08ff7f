from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.production.processes import Production, production_in


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with servers.postgres() as server:
        yield server.url


@pytest.fixture(scope="session")
def redis() -> Iterator[str]:
    with servers.redis() as server:
        yield server.url


@pytest.fixture
def production(postgres: str, redis: str, tmp_path: Path) -> Iterator[Production]:
    """Migrated, with one organization; the stand-in runs, nothing else yet."""
    with production_in(tmp_path, postgres=postgres, redis=redis) as run:
        yield run
