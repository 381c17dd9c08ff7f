"""R4: a PostgreSQL that is away costs the first callers their wait, and those who come after them none."""

import time
from collections.abc import Iterator

import psycopg
import pytest

from core.breaker import Breaker
from core.postgres import base
from tests.core.test_redis_frozen import down, frozen

pytestmark = pytest.mark.once
WAIT_SECONDS, APART_SECONDS = 0.4, 0.3
AT_ONCE = 0.1  # s


@pytest.fixture(params=[down, frozen])
def absent(request, monkeypatch) -> Iterator[base.DatabaseWrapper]:
    """Django's connection to a server that refuses, or that accepts and says nothing."""
    held, port = request.param()
    monkeypatch.setattr(base, "breaker", Breaker(failures=1, seconds=APART_SECONDS))
    pool = {"min_size": 0, "max_size": 5, "timeout": WAIT_SECONDS, "reconnect_timeout": WAIT_SECONDS}
    where = {"NAME": "signflow", "USER": "signflow", "PASSWORD": "", "HOST": "127.0.0.1", "PORT": str(port)}
    others = {"TIME_ZONE": None, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True, "AUTOCOMMIT": True}
    options = {"OPTIONS": {"pool": pool, "connect_timeout": 2}, "ATOMIC_REQUESTS": False}
    wrapper = base.DatabaseWrapper(where | others | options, alias="absent")
    yield wrapper
    held.close()
    wrapper.close_pool()


def seconds(absent: base.DatabaseWrapper) -> float:
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError):
        absent.get_new_connection({})
    return time.monotonic() - began


def test_only_the_first_caller_waits_and_another_tries_when_the_time_is_over(absent):
    assert seconds(absent) >= WAIT_SECONDS
    assert max(seconds(absent) for _ in range(10)) < AT_ONCE
    time.sleep(APART_SECONDS)
    assert seconds(absent) >= WAIT_SECONDS, "one tries whether it has come back"
    assert seconds(absent) < AT_ONCE
