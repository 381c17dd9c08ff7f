"""R23: PostgreSQL finds no room for another callback. Nothing is acknowledged; with room again all goes on."""

import time

import pytest

from tests.production.cluster import own_postgres
from tests.production.people import wait_for
from tests.production.processes import production_in, wait_until_up
from tests.production.senders import Callbacks, kept

pytestmark = pytest.mark.slow
BACK_SECONDS = 10.0
FILL = """
    INSERT INTO webhooks_inbounddelivery
        (digest, token_fingerprint, received_at, setu_id, setu_document_id, claimed_status, claimed_signers, size)
    SELECT 'filler-' || n, 'filler', now(), repeat('x', 200), '', '', '{}', 0 FROM generate_series(1, 16000) n
    RETURNING pg_relation_size('webhooks_inbounddelivery')"""


def test_r23_a_full_database_acknowledges_nothing_and_heals_by_itself(redis, tmp_path):
    with (
        own_postgres(
            wal_segment_mb=1
        ) as cluster,  # the log has files of its own size, smaller than the table
        production_in(tmp_path, postgres=cluster.program.url, redis=redis) as run,
    ):
        run.start("web")
        wait_until_up(f"{run.web_url}/healthz")
        size = cluster.rows(FILL)[-1][0]
        assert isinstance(size, int)
        assert size > 4 * 2**20, "larger than any other file, so that only this table is full"
        cluster.limit_files(size)
        with Callbacks(run, 2) as setu:
            wait_for(
                lambda: bool(setu.answers) and setu.answers[-1][2] != 200, seconds=60
            )  # the last pages are full
            time.sleep(1)
            full = time.monotonic()
            time.sleep(3)
            roomy = time.monotonic()
            cluster.limit_files(-1)
            time.sleep(BACK_SECONDS)
        answers = [status for began, took, status in setu.answers if full <= began and began + took < roomy]
        assert set(answers) == {503}, answers
        back = min(began + took for began, took, status in setu.answers if status == 200 and began >= roomy)
        assert back - roomy < BACK_SECONDS
        assert set(setu.statuses(since=back)) == {200}
        assert setu.acked <= kept(cluster.program.url)
