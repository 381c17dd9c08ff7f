"""R17: releases, one after another, amid requests that are asked for and signed: nothing is lost or done twice."""

import sys
import time

import psycopg
import pytest

from tests.production.people import Office, wait_for
from tests.production.processes import wait_until_up
from tests.proof import FULL

pytestmark = [pytest.mark.slow, pytest.mark.proof]
RESTARTS = 50 if FULL else 3
LIMIT = 25.0  # s; platforms kill after 30
WEB_EVERY = 3  # restarts
LINKS = """
    SELECT submission.setu_id, link.setu_signer_id
    FROM signing_signerlink link
    JOIN signing_submission submission ON submission.id = link.submission_id
    JOIN signing_signaturerequest request ON request.id = submission.request_id
    WHERE submission.orphaned_at IS NULL AND request.stage = 'submitted'"""
COUNTS = """
    SELECT (SELECT count(*) FROM signing_signaturerequest WHERE status = 'sign_complete'),
           (SELECT count(*) FROM core_event WHERE kind = 'request.completed'),
           (SELECT count(*) FROM signing_signedfile)"""


def sign_what_is_open(office: Office, postgres: str) -> None:
    """Every signer whom SignFlow shows a link follows it."""
    with psycopg.connect(postgres) as connection:
        links = connection.execute(LINKS).fetchall()
    for setu_id, signer_id in links:
        signed = office.setu.post("/__control__/sign", json={"requestId": setu_id, "signerId": signer_id})
        assert signed.status_code in (200, 409), signed.text  # 409: she has signed already


def counts(postgres: str) -> tuple[int, ...]:
    with psycopg.connect(postgres) as connection:
        return connection.execute(COUNTS).fetchall()[0]


def test_r17_rolling_restarts_under_load_lose_and_double_nothing(production, postgres):
    for name in ("web", "worker", "worker.2", "clock"):
        production.start(name)
    wait_until_up(f"{production.web_url}/healthz")
    office = Office(production)
    took: dict[str, list[float]] = {"web": [], "worker": []}
    asked = 0
    for restart in range(RESTARTS):
        for _ in range(3):
            office.ask()
            asked += 1
        name = ("worker", "worker.2")[restart % 2]
        took["worker"].append(production.end(name))
        production.start(name)
        sign_what_is_open(office, postgres)
        if restart % WEB_EVERY == WEB_EVERY - 1:
            took["web"].append(production.end("web"))
            production.start("web")
            wait_until_up(f"{production.web_url}/healthz")

    def all_done() -> bool:
        sign_what_is_open(office, postgres)
        time.sleep(0.5)
        return counts(postgres)[0] == asked

    took_all = wait_for(all_done, seconds=200)
    sys.stdout.write(
        f"\n{RESTARTS} restarts of a worker ({max(took['worker']):.1f} s at most), {len(took['web'])} of the web"
        f" ({max(took['web']):.1f} s at most); all {asked} requests complete {took_all:.0f} s after the last\n"
    )
    assert max(took["web"] + took["worker"]) < LIMIT
    assert counts(postgres) == (asked, asked, asked), "complete, said so once, one file each"
    production.manage("rebuild", "--check")
    office.close()
