"""Files that cost much to open, over HTTP: they end in a sentence, and reads go on meanwhile (R42)."""

import statistics
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.production.people import CONTRACT, Office
from tests.production.processes import wait_until_up
from tests.proof import FULL
from tests.signing.pdf.corpus.hostile_bombs import many_objects
from tests.signing.pdf.file_builders import packed_catalogue

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.timed]
UPLOADERS = 4
TIMES, SPARE_MS = (2, 10) if FULL else (5, 50)  # R42; in `make test` other tests run on the same cores


def upload(office: Office, content: bytes) -> httpx.Response:
    return office.http.post(
        "documents/",
        data={"name": "Agreement"},
        files={"document": ("contract.pdf", content, "application/pdf")},
        timeout=60,
    )


def read_times(office: Office, seconds: float) -> list[float]:
    """Milliseconds of light reads, one after another."""
    times, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        assert office.http.get("status/").status_code == 200
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.005)
    return times


def p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def test_bombs_are_refused_and_reads_go_on(production):
    production.start("web")
    wait_until_up(f"{production.web_url}/healthz")
    office = Office(production)
    bombs = [packed_catalogue(blanks=600), many_objects(90_000)]
    read_times(office, 2)
    quiet = read_times(office, 8)
    answers: Counter[tuple[int, str]] = Counter()
    stop = threading.Event()

    def bombard(number: int) -> None:
        while not stop.is_set():
            answer = upload(office, bombs[number % 2])
            answers[answer.status_code, answer.json().get("code", "")] += 1
            if answer.status_code == 503:
                time.sleep(0.2)

    with ThreadPoolExecutor(UPLOADERS) as pool:
        for number in range(UPLOADERS):
            pool.submit(bombard, number)
        time.sleep(1)
        loud = read_times(office, 12)
        stop.set()
    sys.stdout.write(
        f"\nlight read, ms: quiet p50 {statistics.median(quiet):.1f} p99 {p99(quiet):.1f}; "
        f"under {UPLOADERS} bombs p50 {statistics.median(loud):.1f} p99 {p99(loud):.1f}; {dict(answers)}\n"
    )
    refused = {(422, "document_broken"), (422, "document_too_complex")}
    assert any(answers[code] for code in refused)
    assert set(answers) <= refused | {(503, "inspection_busy"), (201, "")}
    assert p99(loud) <= TIMES * p99(quiet) + SPARE_MS
    assert upload(office, CONTRACT).status_code == 201
    assert production.end("web") < 25
    assert "Traceback" not in production.log("web")
    office.close()


def test_uploads_at_once_are_taken_or_told_to_come_again(production):
    production.start("web")
    wait_until_up(f"{production.web_url}/healthz")
    office = Office(production)
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: upload(office, CONTRACT), range(24)))
    told = Counter((answer.status_code, answer.json().get("code", "")) for answer in answers)
    assert set(told) <= {(201, ""), (503, "inspection_busy")}
    assert told[201, ""] >= 2
    for answer in answers:
        assert answer.status_code == 201 or "Try again" in answer.json()["detail"]
    office.close()
