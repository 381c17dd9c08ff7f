"""docs/tour.md is run as it stands, against what `make run` starts."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.stack import ROOT, free_port

pytestmark = pytest.mark.slow
BARE = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}  # none of the tests' own settings
TOUR = (ROOT / "docs" / "tour.md").read_text()


@pytest.fixture
def running(tmp_path) -> Iterator[tuple[Path, int, int]]:
    """`make run` on free ports, with a folder of its own."""
    web, standin, downloads = (free_port() for _ in range(3))
    folder = tmp_path / "var"
    stack = f"Path({str(folder)!r}), web_port={web}, standin_port={standin}, download_port={downloads}"
    code = f"import sys; from pathlib import Path; from dev.run import main, Stack; sys.exit(main(Stack({stack})))"
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=BARE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert any("Ctrl-C ends it" in line for line in process.stdout), "it starts"
        yield folder, web, standin
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


def test_every_line_of_the_tour_works(running):
    assert shutil.which("curl"), "curl is needed to try docs/tour.md"
    folder, web, standin = running
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", TOUR, flags=re.S)).replace("var/", f"{folder}/")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines],
        cwd=ROOT,
        env=BARE
        | {
            "BASE": f"http://localhost:{web}",
            "SETU": f"http://127.0.0.1:{standin}",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    said = done.stdout
    assert '"status":"queued"' in said
    assert "303 → http://127.0.0.1" in said
    assert '"code": "not_a_pdf"' in said
    assert "%PDF-" in said
    assert '"code": "request_ended"' in said
    assert '"code": "not_allowed"' in said
    assert (folder / "signed.pdf").read_bytes().startswith(b"%PDF-")
