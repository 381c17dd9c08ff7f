"""Whatever the bytes, the parent lives and has a verdict; a bomb's cost stays with the child (R42)."""

import json
import subprocess
import sys

import pytest

from signing.pdf import sandbox
from signing.pdf.inspect import DETAILS, PdfRefused, pdf_inspect
from tests.proof import count

from .mutations import mutated

FULL = 10_000
BATCH = 200
WHOLE_WAY = 500  # of which each takes a process of its own


def verdict_of(content: bytes) -> str:
    try:
        pdf_inspect(content, max_bytes=20_000_000, max_pages=500)
    except PdfRefused as refused:
        return refused.code
    return ""


def verdicts_of(first: int, last: int) -> dict[int, str]:
    """Of a batch of seeds; without those after one that ended the process."""
    code = f"from tests.signing.pdf.mutations import inspected_here; inspected_here({first}, {last})"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={"PYTHONPATH": str(sandbox.ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    # An exception that nobody caught would be our fault, and a 500.
    assert done.returncode <= 0, done.stderr
    return dict(map(json.loads, done.stdout.splitlines()))


@pytest.mark.proof
def test_mutated_files_each_get_a_verdict():
    verdicts: dict[int, str] = {}
    total = count(FULL)
    for first in range(0, total, BATCH):
        seeds = range(first, min(first + BATCH, total))
        verdicts |= verdicts_of(seeds.start, seeds.stop)
        # One that ends its process, and those after it, go the whole way.
        verdicts |= {seed: verdict_of(mutated(seed)) for seed in seeds if seed not in verdicts}
    assert len(verdicts) == total
    assert set(verdicts.values()) <= {"", *DETAILS}
    assert len(set(verdicts.values())) >= 4  # they are not all refused for the same reason


@pytest.mark.proof
def test_mutated_files_go_the_whole_way_and_the_parent_lives():
    for seed in range(FULL, FULL + count(WHOLE_WAY)):
        assert verdict_of(mutated(seed)) in {"", *DETAILS}


@pytest.mark.slow
def test_bombs_cost_the_parent_no_memory():
    code = """
import resource
from signing.pdf.inspect import PdfRefused, pdf_inspect
from tests.signing.pdf.corpus.hostile_bombs import BOMBS
files = [case.build() for case in BOMBS if "objects" not in case.name]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for content in files:
    try:
        pdf_inspect(content, max_bytes=20_000_000, max_pages=500)
    except PdfRefused:
        pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={"PYTHONPATH": str(sandbox.ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    per_unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    assert int(done.stdout) * per_unit < 20_000_000
    sys.stdout.write(f"parent grew by {int(done.stdout) * per_unit / 1e6:.1f} MB\n")
