"""A lease outlasts the longest step by 15 s (R14): nobody takes a job from a worker that is merely slow."""

import inspect

import pytest

from core import doorbell
from signing.setu import client, files
from signing.states import REQUEST_JOB, STRAY_JOB

SPARE = 15.0
ORPHAN = client.READ_SECONDS  # a look that fails; after one that went well the step ends
FILE = float(inspect.signature(files.fetch_signed).parameters["deadline"].default)


@pytest.mark.parametrize(
    ("kind", "step"),
    [
        pytest.param(REQUEST_JOB, client.READ_SECONDS, id="look"),
        pytest.param(REQUEST_JOB, ORPHAN + client.UPLOAD_SECONDS + client.CREATE_SECONDS, id="submit"),
        pytest.param(REQUEST_JOB, ORPHAN + 2 * client.READ_SECONDS + FILE, id="archive"),
        pytest.param(REQUEST_JOB, client.READ_SECONDS + client.DELETE_SECONDS, id="orphan"),
        pytest.param(STRAY_JOB, client.READ_SECONDS, id="adopt"),
    ],
)
def test_a_lease_is_the_longest_steps_limit_and_fifteen_seconds(kind, step):
    assert doorbell.kind(kind).lease >= step + SPARE
