"""docs/tour.md is run as it stands, against what `make run` starts."""

import re
import shutil
import subprocess

import pytest

from dev.stack import ROOT
from tests.running import BARE, running

pytestmark = pytest.mark.slow
TOUR = (ROOT / "docs" / "tour.md").read_text()


def test_every_line_of_the_tour_works(tmp_path):
    assert shutil.which("curl"), "curl is needed to try docs/tour.md"
    with running(tmp_path / "var") as signflow:
        folder = signflow.folder
        lines = "\n".join(re.findall(r"```sh\n(.*?)```", TOUR, flags=re.S)).replace("var/", f"{folder}/")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", lines],
            cwd=ROOT,
            env=BARE | {"BASE": signflow.web, "SETU": signflow.standin},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr + done.stdout
    said = done.stdout
    assert re.search(r'"status":"(queued|sign_initiated)"', said)  # as fast as the worker is
    assert "303 → http://127.0.0.1" in said
    assert '"code": "not_a_pdf"' in said
    assert "%PDF-" in said
    assert '"code": "request_ended"' in said
    assert '"code": "not_allowed"' in said
    assert (folder / "signed.pdf").read_bytes().startswith(b"%PDF-")
