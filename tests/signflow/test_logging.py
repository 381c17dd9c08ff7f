"""How processes log that others configure first: each record once, as one line of ours."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

# What periodiq and dramatiq do before they load Django, and gunicorn's master, which never does.
PERIODIQ = """
import logging
logging.basicConfig(level=logging.DEBUG, format="theirs %(message)s")
logging.getLogger().setLevel(logging.DEBUG)
"""
DJANGO = "import django; django.setup()"
GUNICORN = """
import logging.config, runpy
logging.config.dictConfig(runpy.run_path("gunicorn.conf.py")["logconfig_dict"])
"""
SPEAK = """
import logging
logging.getLogger("gunicorn.error").info("a.line", extra={"n": 1})
logging.getLogger("signing").debug("not.this")
"""


def said(program: str, *, tmp_path, **env: str) -> list[str]:
    system = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    own = {"DJANGO_SETTINGS_MODULE": "signflow.settings", "SIGNFLOW_DEV": "1", "SIGNFLOW_VAR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env=system | own | env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return done.stderr.splitlines()


@pytest.mark.parametrize("before", [DJANGO, PERIODIQ + DJANGO, GUNICORN, GUNICORN + DJANGO])
def test_whoever_configures_first_each_record_is_one_line_of_ours(before, tmp_path):
    (line,) = said(before + SPEAK, tmp_path=tmp_path, LOG_FORMAT="json")
    assert json.loads(line) | {"time": ""} == {
        "time": "",
        "level": "info",
        "event": "a.line",
        "logger": "gunicorn.error",
        "n": 1,
    }


def test_a_library_that_lowers_the_roots_level_afterwards_makes_nothing_louder(tmp_path):
    lower = "import logging; logging.getLogger().setLevel(logging.DEBUG)"
    assert len(said(f"{DJANGO}\n{lower}{SPEAK}", tmp_path=tmp_path)) == 1


@pytest.mark.parametrize(("dev", "first"), [("1", "2"), ("", "{")])
def test_development_is_read_by_people_and_production_by_machines(dev, first, tmp_path):
    assert said(GUNICORN + SPEAK, tmp_path=tmp_path, SIGNFLOW_DEV=dev)[0][0] == first
    assert said(DJANGO + SPEAK, tmp_path=tmp_path, LOG_FORMAT="" if dev else "json")[0][0] == first


@pytest.mark.parametrize(("level", "lines"), [("DEBUG", 2), ("INFO", 1), ("error", 0)])
def test_the_level_is_a_setting(level, lines, tmp_path):
    found = [
        line for line in said(DJANGO + SPEAK, tmp_path=tmp_path, LOG_LEVEL=level) if "asyncio" not in line
    ]
    assert len(found) == lines
